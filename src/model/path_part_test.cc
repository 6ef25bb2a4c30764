#include "model/path_part.h"

#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <string>

#include "model/path.h"

namespace bedplate {
namespace {

std::string Part(std::string_view text) {
  std::string path;
  AppendPathPart(path, text);
  return path;
}

std::string Decode(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool encoded = path[i] == '%' && i + 2 < path.size() &&
                         std::isxdigit(static_cast<unsigned char>(path[i + 1])) != 0 &&
                         std::isxdigit(static_cast<unsigned char>(path[i + 2])) != 0;
    out += encoded ? static_cast<char>(std::stoi(std::string(path.substr(i + 1, 2)), nullptr, 16))
                   : path[i];
    i += encoded ? 2 : 0;
  }
  return out;
}

TEST(PathPartTest, EncodesWhatAPathCannotCarry) {
  EXPECT_EQ(Part("acme/leeds"), "acme/leeds");
  EXPECT_EQ(Part("a*b?{c}"), "a%2Ab%3F%7Bc%7D");
  EXPECT_EQ(Part("/a"), "%2Fa");
  EXPECT_EQ(Part("a/"), "a%2F");
  EXPECT_EQ(Part("/"), "%2F");
  EXPECT_EQ(Part("a//b"), "a/%2Fb");
  EXPECT_EQ(Part("///"), "%2F/%2F");
  EXPECT_EQ(Part("load %"), "load %");
  EXPECT_EQ(Part("%2F"), "%252F");
  EXPECT_EQ(Part("line\nbreak\x7F"), "line%0Abreak%7F");
  EXPECT_EQ(Part("Ofen Süd"), "Ofen Süd");
}

TEST(PathPartTest, IsAValidPathAndDecodesToThePart) {
  static constexpr std::string_view kAlphabet = "ab/*?{}%2F \n";
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t length = 1 + random() % 8;
    while (text.size() < length) text += kAlphabet[random() % kAlphabet.size()];
    const std::string path = Part(text);
    EXPECT_TRUE(CheckPath(path).ok()) << text << " -> " << path;
    EXPECT_EQ(Decode(path), text) << path;
  }
}

}  // namespace
}  // namespace bedplate
