#include "api/base64.h"

#include <gtest/gtest.h>

#include <utility>

namespace bedplate {
namespace {

TEST(Base64Test, MatchesThePublishedVectors) {
  // RFC 4648, section 10.
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},        {"Zg==", "f"},      {"Zm8=", "fo"},
      {"Zm9v", "foo"}, {"Zm9vYg", "foob"}, {"Zm9vYmFy", "foobar"}};
  for (const auto& [text, expected] : vectors) {
    std::string decoded;
    EXPECT_TRUE(DecodeBase64(text, decoded));
    EXPECT_EQ(decoded, expected);
  }
  std::string decoded;
  EXPECT_FALSE(DecodeBase64("Zm9v!", decoded));
}

}  // namespace
}  // namespace bedplate
