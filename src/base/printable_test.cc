#include "base/printable.h"

#include <gtest/gtest.h>

#include <random>

#include "base/utf8.h"

namespace bedplate {
namespace {

TEST(PrintableTest, WhatPeopleWriteStays) {
  for (const char* text : {"", "plain text", "Düsenkopf 7 °C", "温度", "😀", "a\\b"}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(PrintableTest, ControlCharactersAreShown) {
  EXPECT_EQ(Printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(Printable("a\nb\tc"), "a\\x0ab\\x09c");
  EXPECT_EQ(Printable("a\nb\tc\r", "\n\t"), "a\nb\tc\\x0d");
  EXPECT_EQ(Printable("\x7f"), "\\x7f");
  EXPECT_EQ(Printable("\u009b2J"), "\\u009b2J") << "a control sequence in one character";
}

TEST(PrintableTest, NothingTurnsTheDirectionOfReading) {
  EXPECT_EQ(Printable("pump\u202Efdp.exe"), "pump\\u202efdp.exe");
  EXPECT_EQ(Printable("\u2066\u2069\u200f\u061c\u2028"), "\\u2066\\u2069\\u200f\\u061c\\u2028");
}

TEST(PrintableTest, BytesThatAreNoTextAreShown) {
  EXPECT_EQ(Printable("\x1f\x8b\x08"), "\\x1f\\x8b\\x08");
  EXPECT_EQ(Printable("caf\xe9"), "caf\\xe9");
}

TEST(PrintableTest, WhateverComesIsPrintableAfterwards) {
  std::mt19937 random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::string text(random() % 20, ' ');
    for (char& c : text) c = static_cast<char>(random());
    const std::string shown = Printable(text);
    EXPECT_TRUE(IsValidUtf8(shown));
    for (const char c : shown) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    EXPECT_EQ(Printable(shown), shown);
  }
}

}  // namespace
}  // namespace bedplate
