// Runs InfluxData's own corpus of line protocol against our parser. The file is not part of the
// repository: BEDPLATE_DATA names its folder, or it lies in ../shared/data beside the checkout.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/shared_data_test_support.h"
#include "connectors/line_protocol/line_parser.h"
#include "connectors/line_protocol/line_splitter.h"

namespace bedplate {
namespace {

namespace json = boost::json;

// Where we differ on purpose. The key is that of the corpus.
const std::map<std::string, std::string, std::less<>> kDifferences{
    {"16f42a27b1032ab9ffa616e9de6edf2f", "-0. is minus zero; the corpus' JSON has no such number"},
    {"dfa6432a639651d02910c4527badb15c", "control characters in a comment do not make it an error"},
};

std::string DecodeBase64(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) break;
    bits = (bits << 6U) | static_cast<unsigned>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
    }
  }
  return out;
}

std::string TextOf(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  return DecodeBase64(value.at("binary").as_string());
}

LinePrecision PrecisionOf(std::string_view text) {
  if (text == "1s") return LinePrecision::kSeconds;
  if (text == "1ms") return LinePrecision::kMilliseconds;
  if (text == "1ns") return LinePrecision::kNanoseconds;
  return LinePrecision::kMicroseconds;
}

std::string ShowValue(const LineValue& value) {
  std::ostringstream out;
  out.precision(17);
  std::visit([&](const auto& v) { out << value.index() << ':' << v; }, value);
  return out.str();
}

std::string ShowExpected(const json::object& value) {
  const json::value& content = value.begin()->value();
  const std::string_view kind = value.begin()->key();
  if (kind == "float") return ShowValue(content.to_number<double>());
  if (kind == "int") return ShowValue(content.to_number<std::int64_t>());
  if (kind == "uint") return ShowValue(content.to_number<std::uint64_t>());
  if (kind == "bool") return ShowValue(content.as_bool());
  const std::string text = TextOf(content);
  return ShowValue(std::string_view(text));
}

std::string ShowPoint(LineParser& parser, std::int64_t default_time) {
  const LineKey* key = parser.ParseKey();
  if (key == nullptr) return "error";
  std::string out = "m=" + std::string(key->measurement);
  for (const LineTag& tag : key->tags) {
    out += "|t " + std::string(tag.key) + "=" + std::string(tag.value);
  }
  for (const LineField& field : parser.fields()) {
    out += "|f " + UnescapeLineKey(field.key) + "=" + ShowValue(field.value);
  }
  return out + "|" + std::to_string(parser.time().value_or(default_time)) + "\n";
}

std::string ShowExpectedPoint(const json::object& point) {
  std::string out = "m=" + TextOf(point.at("name"));
  for (const json::value& tag : point.at("tags").as_array()) {
    out += "|t " + TextOf(tag.at("key")) + "=" + TextOf(tag.at("value"));
  }
  for (const json::value& field : point.at("fields").as_array()) {
    out += "|f " + TextOf(field.at("key")) + "=" + ShowExpected(field.at("value").as_object());
  }
  return out + "|" + std::to_string(point.at("time").to_number<std::int64_t>()) + "\n";
}

/// Every point of the text, or "error" as soon as a line is refused.
std::string Decode(const json::object& input) {
  const LinePrecision precision = PrecisionOf(input.at("precision").as_string());
  const auto now = input.at("defaultTime").to_number<std::int64_t>();
  const std::int64_t default_time = now - now % NanosecondsPer(precision);
  const std::string text = TextOf(input.at("text"));
  LineParser parser(precision);
  LineSplitter splitter(1U << 20U);
  std::string out;
  const auto drain = [&] {
    LineSplitter::Line line;
    while (out != "error" && splitter.Next(line)) {
      const LineParser::Outcome outcome = parser.Parse(line.text);
      if (outcome == LineParser::Outcome::kNothing) continue;
      const std::string point =
          outcome == LineParser::Outcome::kPoint ? ShowPoint(parser, default_time) : "error";
      out = point == "error" ? point : out + point;
    }
  };
  splitter.Feed(text);
  drain();
  if (out == "error") return out;
  splitter.Finish();
  drain();
  return out;
}

std::string Expected(const json::object& output) {
  if (output.contains("error")) return "error";
  std::string out;
  for (const json::value& point : output.at("result").as_array()) {
    out += ShowExpectedPoint(point.as_object());
  }
  return out;
}

TEST(LineCorpus, AgreesWithInfluxDataOnEveryCaseOrSaysWhyNot) {
  const std::filesystem::path file = SharedDataFile("line_protocol/corpus_half.json");
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no corpus: set BEDPLATE_DATA";
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  const json::value corpus = json::parse(text.str());
  int agreed = 0;
  for (const auto& [name, test] : corpus.at("decode").as_object()) {
    const json::object& input = test.at("input").as_object();
    const std::string got = Decode(input);
    const std::string expected = Expected(test.at("output").as_object());
    const auto difference = kDifferences.find(std::string_view(name));
    if (difference == kDifferences.end()) {
      EXPECT_EQ(got, expected) << name << ": " << json::serialize(input.at("text"));
      agreed += got == expected ? 1 : 0;
    } else {
      EXPECT_NE(got, expected) << name << " is listed as: " << difference->second;
    }
  }
  RecordProperty("agreed", agreed);
  EXPECT_EQ(agreed + static_cast<int>(kDifferences.size()), 3308);
}

}  // namespace
}  // namespace bedplate
