#include "base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

namespace bedplate {
namespace {

/// Encodes one code point (RFC 3629, section 3), also those that must not be.
std::string Encode(std::uint32_t code) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6U), byte(0x80 | (code & 0x3FU))};
  if (code < 0x10000) {
    return {byte(0xE0 | code >> 12U), byte(0x80 | (code >> 6U & 0x3FU)),
            byte(0x80 | (code & 0x3FU))};
  }
  return {byte(0xF0 | code >> 18U), byte(0x80 | (code >> 12U & 0x3FU)),
          byte(0x80 | (code >> 6U & 0x3FU)), byte(0x80 | (code & 0x3FU))};
}

TEST(Utf8Test, ExactlyTheScalarValuesAreValid) {
  for (std::uint32_t code = 0; code < 0x120000; ++code) {
    const bool scalar = code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    ASSERT_EQ(IsValidUtf8(Encode(code)), scalar) << std::hex << code;
  }
}

TEST(Utf8Test, MalformedSequencesAreInvalid) {
  for (const std::string text :
       {"\x80", "\xBF", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE0\x9F\xBF", "\xF0\x80\x80\xAF",
        "\xF0\x8F\xBF\xBF", "\xC2", "\xE2\x82", "\xF0\x9F\x8F", "\xFE", "\xFF", "a\xC2z",
        "\xF8\x88\x80\x80\x80", "\xED\xA0\x80\xED\xB0\x80"}) {
    EXPECT_FALSE(IsValidUtf8(text)) << text;
  }
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8(std::string("\0a", 2)));
}

TEST(ToValidUtf8Test, ReplacesEachMalformedByte) {
  EXPECT_EQ(ToValidUtf8("a\xFF\xFE"
                        "b",
                        100),
            "a\xEF\xBF\xBD\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(ToValidUtf8("\xE2\x82", 100), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(ToValidUtf8Test, NeverCutsACharacter) {
  EXPECT_EQ(ToValidUtf8("日本", 6), "日本");
  EXPECT_EQ(ToValidUtf8("日本", 5), "日");
  EXPECT_EQ(ToValidUtf8("日本", 2), "");
}

TEST(ToValidUtf8Test, IsValidBoundedAndStable) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 12, '\0');
    for (char& c : text) c = static_cast<char>(random() % 3 == 0 ? random() : 0x80 + random() % 64);
    const std::size_t limit = random() % 20;
    const std::string valid = ToValidUtf8(text, limit);
    ASSERT_TRUE(IsValidUtf8(valid));
    ASSERT_LE(valid.size(), limit);
    ASSERT_EQ(ToValidUtf8(valid, limit), valid);
    if (IsValidUtf8(text)) {
      ASSERT_EQ(ToValidUtf8(text, text.size()), text);
    }
  }
}

}  // namespace
}  // namespace bedplate
