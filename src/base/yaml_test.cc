#include "base/yaml.h"

#include <gmock/gmock.h>

#include <random>

namespace bedplate {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const YamlFaults& faults) {
  std::vector<std::string> texts;
  for (const YamlFault& fault : faults.list()) texts.push_back(fault.ToString());
  return texts;
}

std::vector<std::string> ParseFaults(std::string_view text) {
  YamlFaults faults("f.yaml");
  (void)ParseYaml(text, faults);
  return Texts(faults);
}

YamlValue Parse(std::string_view text) {
  YamlFaults faults("f.yaml");
  YamlValue value = ParseYaml(text, faults);
  EXPECT_THAT(Texts(faults), IsEmpty()) << text;
  return value;
}

TEST(ParseYamlTest, KeepsKindsOrderAndPlaces) {
  const YamlValue root = Parse("b: 1\na: [x, 'y', {z: null}]\nc:\n  d: \"\"\n");
  ASSERT_EQ(root.kind, YamlKind::kMap);
  ASSERT_EQ(root.fields.size(), 3U);
  EXPECT_EQ(root.fields[0].first, "b");
  const YamlValue& list = root.fields[1].second;
  ASSERT_EQ(list.kind, YamlKind::kList);
  EXPECT_EQ(list.items[0].scalar, "x");
  EXPECT_FALSE(list.items[0].quoted);
  EXPECT_TRUE(list.items[1].quoted);
  EXPECT_EQ(list.items[2].Find("z")->kind, YamlKind::kNull);
  EXPECT_EQ(list.line, 2);
  EXPECT_EQ(list.column, 4);
  EXPECT_EQ(list.key_column, 1);
  const YamlValue* d = root.Find("c")->Find("d");
  ASSERT_NE(d, nullptr);
  EXPECT_EQ(d->kind, YamlKind::kScalar);
  EXPECT_EQ(d->line, 4);
  EXPECT_EQ(d->column, 6);
  EXPECT_EQ(d->key_line, 4);
  EXPECT_EQ(d->key_column, 3);
  EXPECT_EQ(root.Find("x"), nullptr);
}

TEST(ParseYamlTest, ATabThatIndentsIsNamed) {
  const auto tab_at = [](std::string_view place) {
    return ElementsAre("f.yaml:" + std::string(place) +
                       ": expected a line that is indented with spaces only, got a tab");
  };
  EXPECT_THAT(ParseFaults("a:\n\tb: 1\n"), tab_at("2:1"));
  EXPECT_THAT(ParseFaults("a:\n  b:\n  \tc: 1\n"), tab_at("3:3"));
  EXPECT_THAT(ParseFaults("a:\n  b: 1\n\tc: 2\n"), tab_at("3:1"));
  EXPECT_THAT(ParseFaults("\ta: 1"), tab_at("1:1"));
  EXPECT_THAT(ParseFaults("a: |\n\tx\n"), tab_at("2:1"));
  // Elsewhere a tab is as good as a space, and not to blame for another fault.
  EXPECT_THAT(ParseFaults("a:\t[1,\n\t2]\nb: |\n  x\n  \ty\n"), IsEmpty());
  EXPECT_THAT(
      ParseFaults("a: {b: 1,\n\tc: ]}\n"),
      ElementsAre("f.yaml:2:5: expected valid YAML, got a '}' or ']' that nothing opened (text "
                  "that holds one needs quotes)"));
  EXPECT_THAT(
      ParseFaults("a: b:\tc\n"),
      ElementsAre(HasSubstr("f.yaml:1:5: expected valid YAML, got a colon where no key can be")));
}

TEST(ParseYamlTest, FaultsOfSyntaxAreToldInPlainWords) {
  const auto told = [](std::string_view text, std::string_view place, std::string_view words) {
    EXPECT_THAT(ParseFaults(text),
                ElementsAre(AllOf(HasSubstr("f.yaml:" + std::string(place) + ": "),
                                  HasSubstr(std::string(words)))))
        << text;
  };
  told("a: note: this\n", "1:8", "text that holds ': ' needs quotes");
  told("a:\n  b: 1\n   c: 2\n", "3:5", "keys of one map need the same indentation");
  told("a:\n    b: 1\n  c\n", "3:3", "a colon is missing");
  told("a: {b: 1\nc: 2\n", "2:2", "a '{' that is not closed");
  told("a: [1, 2\n", "2:1", "a '[' that is not closed");
  told("a: @b\n", "1:4", "put the text into quotes");
}

TEST(ParseYamlTest, AKeyThatComesAgainIsLeftOutAndTheRestRead) {
  YamlFaults faults("f.yaml");
  const YamlValue root = ParseYaml("a: 1\nb: {x: 1, x: {y: 2}, z: 3}\na: [4]\nc: 5\n", faults);
  EXPECT_THAT(Texts(faults), ElementsAre("f.yaml:2:11: expected each key once, got 'x' again",
                                         "f.yaml:3:1: expected each key once, got 'a' again"));
  ASSERT_EQ(root.fields.size(), 3U);
  EXPECT_EQ(root.Find("a")->scalar, "1");
  EXPECT_EQ(root.Find("b")->fields.size(), 2U);
  EXPECT_EQ(root.Find("c")->scalar, "5");
}

TEST(ParseYamlTest, NothingIsMarkedAtItsKey) {
  const YamlValue root = Parse("a:\n  b:\n\n\nc: 1\n");
  EXPECT_EQ(root.Find("a")->Find("b")->line, 2);
  EXPECT_EQ(root.Find("a")->Find("b")->column, 3);
  EXPECT_EQ(Parse("").kind, YamlKind::kNull);
  EXPECT_EQ(Parse("").line, 1);
}

TEST(ParseYamlTest, RefusesByNameWhatIsNotPlain) {
  EXPECT_THAT(ParseFaults("a: &x 1\n"),
              ElementsAre("f.yaml:1:4: expected plain YAML, got an anchor (&name)"));
  EXPECT_THAT(ParseFaults("a: *x\n"), ::testing::SizeIs(1));
  EXPECT_THAT(ParseFaults("a: !!int 1\n"),
              ElementsAre("f.yaml:1:4: expected plain YAML, got a tag tag:yaml.org,2002:int"));
  EXPECT_THAT(ParseFaults("a: 1\nb: 2\na: 3\n"),
              ElementsAre("f.yaml:3:1: expected each key once, got 'a' again"));
  EXPECT_THAT(ParseFaults("[a]: 1\n"),
              ElementsAre("f.yaml:1:1: expected a name as key, got a list"));
  EXPECT_THAT(ParseFaults("a: 1\n---\nb: 1\n"),
              ElementsAre("f.yaml:2:1: expected one document, got a second document"));
  EXPECT_THAT(ParseFaults("a: \xFF\n"),
              ElementsAre("f.yaml:1:1: expected UTF-8 text, got bytes that are not UTF-8 text"));
  EXPECT_THAT(ParseFaults(std::string_view("a\0:\0", 4)), ::testing::SizeIs(1));
  EXPECT_THAT(ParseFaults("a: b: c\n"), ::testing::SizeIs(1));
}

TEST(ParseYamlTest, AQuoteThatNeverClosesIsHalfAFile) {
  for (const char* text :
       {"a: 'x\n", "a: 'x", "a: \"x\n", "a: \"x\\\"\n", "a: 'it''s\n", "- 'a'\n- 'b",
        ("\xEF\xBB\xBF"
         "a: 'x")}) {
    EXPECT_THAT(ParseFaults(text), ::testing::Not(IsEmpty())) << text;
  }
  EXPECT_THAT(ParseFaults("ü: 'it''s'\nb: \"\\\"\"\n\"日\": 'x'"), IsEmpty());
}

TEST(ParseYamlTest, AByteOrderMarkIsNoPartOfTheFirstKey) {
  EXPECT_NE(Parse("\xEF\xBB\xBF"
                  "a: 1\n")
                .Find("a"),
            nullptr);
}

TEST(ParseYamlTest, BillionLaughsEndAtTheFirstAnchor) {
  EXPECT_THAT(ParseFaults("a: &a [l, l]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"),
              ElementsAre("f.yaml:1:4: expected plain YAML, got an anchor (&name)"));
}

TEST(ParseYamlTest, DepthAndSizeAreBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_THAT(ParseFaults(nested(kYamlLimitDepth)), IsEmpty());
  EXPECT_THAT(ParseFaults(nested(kYamlLimitDepth + 1)),
              ElementsAre("f.yaml:1:33: expected at most 32 levels, got a deeper level"));
  EXPECT_THAT(ParseFaults(std::string(100'000, '[')), ::testing::SizeIs(1));
  EXPECT_THAT(ParseFaults(std::string(kYamlLimitBytes + 1, ' ')),
              ElementsAre("f.yaml:1:1: expected at most 8388608 bytes, got 8388609 bytes"));
}

TEST(YamlFaultsTest, EachOnceAndAtMostAHundred) {
  YamlFaults faults("f.yaml");
  for (int i = 0; i < 300; ++i) faults.AddAt(i / 2, 1, "k", "a", "b");
  EXPECT_EQ(faults.list().size(), kYamlLimitFaults);
  EXPECT_EQ(faults.list()[1].line, 1);
}

TEST(YamlValueTest, DescribesItselfShortly) {
  EXPECT_EQ(Parse("[]").Describe(), "a list");
  EXPECT_EQ(Parse("{}").Describe(), "a map");
  EXPECT_EQ(Parse("~").Describe(), "nothing");
  EXPECT_EQ(Parse("abc").Describe(), "'abc'");
  EXPECT_EQ(Parse(std::string(200, 'x')).Describe(), "'" + std::string(80, 'x') + "…'");
}

struct ReaderTest : ::testing::Test {
  YamlFaults faults{"f.yaml"};
  YamlValue root;

  YamlMapReader Read(std::string_view text) {
    root = Parse(text);
    return YamlMapReader(root, "top", faults);
  }
};

TEST_F(ReaderTest, ReadsEachKind) {
  YamlMapReader reader = Read("s: x\nn: 2.5\ni: -7\nb: true\nc: red\nm: {}\nl: []\nz: null\n");
  EXPECT_EQ(reader.String("s"), "x");
  EXPECT_EQ(reader.Number("n"), 2.5);
  EXPECT_EQ(reader.Integer("i"), -7);
  EXPECT_EQ(reader.Bool("b"), true);
  EXPECT_EQ(reader.Choice("c", {"red", "blue"}), "red");
  EXPECT_NE(reader.ChildMap("m"), nullptr);
  EXPECT_NE(reader.ChildList("l"), nullptr);
  EXPECT_EQ(reader.Child("z"), nullptr);
  EXPECT_EQ(reader.String("none"), std::nullopt);
  reader.RefuseUnknown();
  EXPECT_THAT(Texts(faults), IsEmpty());
}

TEST_F(ReaderTest, AWrongKindIsAFaultAndReadsAsAbsent) {
  YamlMapReader reader = Read("s: [a]\nn: warm\ni: 2.5\nb: yes\nc: green\nm: x\nl: {}\n");
  EXPECT_EQ(reader.String("s"), std::nullopt);
  EXPECT_EQ(reader.Number("n"), std::nullopt);
  EXPECT_EQ(reader.Integer("i"), std::nullopt);
  EXPECT_EQ(reader.Bool("b"), std::nullopt);
  EXPECT_EQ(reader.Choice("c", {"red", "blue"}), std::nullopt);
  EXPECT_EQ(reader.ChildMap("m"), nullptr);
  EXPECT_EQ(reader.ChildList("l"), nullptr);
  EXPECT_EQ(reader.RequiredString("gone"), "");
  EXPECT_THAT(Texts(faults),
              ElementsAre("f.yaml:1:4: top.s: expected text, got a list",
                          "f.yaml:2:4: top.n: expected a number, got 'warm'",
                          "f.yaml:3:4: top.i: expected a whole number, got '2.5'",
                          "f.yaml:4:4: top.b: expected one of true, false, got 'yes'",
                          "f.yaml:5:4: top.c: expected one of red, blue, got 'green'",
                          "f.yaml:6:4: top.m: expected a map, got 'x'",
                          "f.yaml:7:4: top.l: expected a list, got a map",
                          "f.yaml:1:1: top.gone: expected text, got nothing"));
}

TEST_F(ReaderTest, NumbersAreFinite) {
  for (const char* text :
       {"n: .inf\n", "n: nan\n", "n: inf\n", "n: 1e999\n", "n: 1x\n", "n: ''\n"}) {
    YamlMapReader reader = Read(text);
    EXPECT_EQ(reader.Number("n"), std::nullopt) << text;
  }
}

TEST_F(ReaderTest, WhatWasNotAskedForIsRefusedAtItsKey) {
  YamlMapReader reader = Read("unit: m\ntpye:\n  a: 1\n");
  (void)reader.String("unit");
  (void)reader.String("type");
  reader.RefuseUnknown();
  EXPECT_THAT(Texts(faults),
              ElementsAre("f.yaml:2:1: top: expected one of the keys type, unit, got "
                          "'tpye' (did you mean 'type'?)"));
}

TEST(QuoteYamlTest, WordsStandPlainAndTheRestIsQuoted) {
  for (const char* word : {"degC", "kW.h", "m3/h", "line-1", "a b", "Europe/London"}) {
    EXPECT_EQ(QuoteYaml(word), word);
  }
  for (const char* text : {"", "1", "1e3", "true", "Yes", "null", "~", "a: b", "#c", " a", "a ",
                           "-", "%", "{a}", "a,b", "a  b"}) {
    EXPECT_EQ(QuoteYaml(text).front(), '"') << text;
  }
}

TEST(QuoteYamlTest, AnyTextReadsBackAsValueAndAsKey) {
  std::mt19937 random(3);
  const std::vector<std::string> pieces{"a",
                                        "\n",
                                        "\t",
                                        " ",
                                        "\"",
                                        "'",
                                        "\\",
                                        ":",
                                        "#",
                                        "{",
                                        "}",
                                        "[",
                                        ",",
                                        "&",
                                        "*",
                                        "!",
                                        "|",
                                        ">",
                                        "%",
                                        "@",
                                        "`",
                                        "-",
                                        "?",
                                        "\r",
                                        "ü",
                                        "\u0085",
                                        "日",
                                        "~",
                                        "\u2028",
                                        "\uFEFF",
                                        "\u00A0",
                                        "\x01",
                                        "\x7F",
                                        "\U0001F3ED",
                                        std::string(1, '\0'),
                                        std::string(300, 'k')};
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (unsigned n = random() % 6; n > 0; --n) text += pieces[random() % pieces.size()];
    const std::string document = YamlKeyLine(0, text) + " [" + QuoteYaml(text) + "]\n";
    const YamlValue root = Parse(document);
    ASSERT_EQ(root.fields.size(), 1U) << document;
    EXPECT_EQ(root.fields[0].first, text) << document;
    EXPECT_EQ(root.fields[0].second.items.at(0).scalar, text) << document;
  }
}

}  // namespace
}  // namespace bedplate
