// `/metrics` is OpenMetrics 1.0.0: a reader that knows only the standard's rules takes all of it.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"

namespace bedplate {
namespace {

using testing::HasSubstr;

struct Family {
  std::string type;
  std::string unit;
  bool has_help = false;
  bool has_samples = false;
};

bool IsName(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_letter) &&
         (name[0] < '0' || name[0] > '9');
}

/// Reads a text by the rules of the OpenMetrics standard and notes what breaks one.
class OpenMetricsReader {
 public:
  explicit OpenMetricsReader(std::string_view text) {
    if (!text.ends_with("# EOF\n")) Fault("does not end with '# EOF'");
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      line_ = text.substr(begin, end - begin);
      begin = end + 1;
      ReadLine();
    }
    CheckHistograms();
    for (const auto& [name, family] : families_) {
      if (!family.has_help) faults_.push_back(name + ": no HELP");
    }
  }

  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  [[nodiscard]] std::optional<double> Value(const std::string& series) const {
    const auto found = values_.find(series);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::size_t families() const { return families_.size(); }

 private:
  void Fault(const std::string& text) { faults_.push_back(std::string(line_) + ": " + text); }

  void ReadLine() {
    if (ended_) return Fault("a line behind EOF");
    if (line_ == "# EOF") {
      ended_ = true;
    } else if (line_.starts_with("# ")) {
      ReadDescription();
    } else {
      ReadSample();
    }
  }

  void ReadDescription() {
    const std::size_t kind_end = line_.find(' ', 2);
    const std::size_t name_end = line_.find(' ', kind_end + 1);
    if (kind_end == std::string_view::npos || name_end == std::string_view::npos) {
      return Fault("no description");
    }
    const std::string_view kind = line_.substr(2, kind_end - 2);
    const std::string name(line_.substr(kind_end + 1, name_end - kind_end - 1));
    const std::string_view rest = line_.substr(name_end + 1);
    if (kind == "TYPE") return BeginFamily(name, rest);
    if (name != family_) return Fault("of another family than the lines before");
    if (families_[name].has_samples) return Fault("behind the samples");
    if (kind == "HELP") {
      families_[name].has_help = true;
    } else if (kind == "UNIT") {
      families_[name].unit = rest;
      if (!name.ends_with("_" + std::string(rest))) Fault("the name lacks the unit");
    } else {
      Fault("expected TYPE, UNIT or HELP");
    }
  }

  void BeginFamily(const std::string& name, std::string_view type) {
    static const std::set<std::string, std::less<>> kTypes = {"counter", "gauge", "histogram",
                                                              "info"};
    if (!IsName(name)) Fault("no name of a family");
    if (!kTypes.contains(type)) Fault("no type that is used here");
    if (type == "counter" && name.ends_with("_total")) Fault("a family named as its sample");
    if (!families_.emplace(name, Family{.type = std::string(type), .unit = {}}).second) {
      Fault("the family stands twice");
    }
    family_ = name;
  }

  /// `name{label="value",…} number`.
  void ReadSample() {
    const std::size_t space = line_.rfind(' ');
    const std::size_t brace = line_.find('{');
    const std::string_view name = line_.substr(0, std::min(brace, space));
    if (!IsName(name)) return Fault("no name of a sample");
    if (brace != std::string_view::npos) CheckLabels(line_.substr(brace, space - brace));
    double value = 0;
    const std::string_view number = line_.substr(space + 1);
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || stop != number.data() + number.size()) Fault("no number");
    if (!std::isfinite(value) || value < 0) Fault("a figure that cannot be");
    if (!values_.emplace(line_.substr(0, space), value).second) Fault("stands twice");
    CheckFamily(name);
  }

  void CheckFamily(std::string_view name) {
    Family& family = families_[family_];
    family.has_samples = true;
    if (!name.starts_with(family_)) return Fault("not of the family before it");
    const std::string_view suffix = name.substr(family_.size());
    const std::map<std::string, std::set<std::string_view>> suffixes = {
        {"counter", {"_total"}},
        {"gauge", {""}},
        {"info", {"_info"}},
        {"histogram", {"_bucket", "_count", "_sum"}}};
    if (!suffixes.at(family.type).contains(suffix)) Fault("a suffix that its type has not");
  }

  void CheckLabels(std::string_view text) {
    if (!text.ends_with('}')) return Fault("labels without an end");
    text = text.substr(1, text.size() - 2);
    std::set<std::string> names;
    while (!text.empty()) {
      const std::size_t equals = text.find("=\"");
      if (equals == std::string_view::npos || !IsName(text.substr(0, equals))) {
        return Fault("no label");
      }
      if (!names.emplace(text.substr(0, equals)).second) Fault("a label twice");
      std::size_t end = equals + 2;
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
      if (end >= text.size()) return Fault("a label without an end");
      text = text.substr(end + 1);
      if (text.starts_with(',')) text = text.substr(1);
    }
  }

  /// Buckets never shrink, and the last is the count.
  void CheckHistograms() {
    double before = 0;
    for (const auto& [name, family] : families_) {
      if (family.type != "histogram") continue;
      std::map<std::string, std::map<double, double>> buckets;  // by other labels, then bound
      for (const auto& [series, value] : values_) {
        if (!series.starts_with(name + "_bucket{")) continue;
        const std::size_t le = series.rfind("le=\"");
        const std::string bound = series.substr(le + 4, series.size() - le - 6);
        buckets[series.substr(name.size() + 7, le - name.size() - 7)]
               [bound == "+Inf" ? INFINITY : std::stod(bound)] = value;
      }
      for (const auto& [labels, counts] : buckets) {
        before = 0;
        for (const auto& [bound, count] : counts) {
          if (count < before) faults_.push_back(name + labels + ": buckets shrink");
          before = count;
        }
        std::string rest = labels;  // `{operation="x",` or `{`
        rest.back() = '}';
        const auto count = Value(name + "_count" + (rest == "}" ? "" : rest));
        if (!counts.contains(INFINITY) || count != before) {
          faults_.push_back(name + labels + ": the last bucket is not the count");
        }
      }
    }
  }

  std::string_view line_;
  std::string family_;
  bool ended_ = false;
  std::map<std::string, Family> families_;
  std::map<std::string, double, std::less<>> values_;
  std::vector<std::string> faults_;
};

class MetricsTest : public ApiTest {
 protected:
  MetricsTest() {
    router_ = Router();
    ApiContext context = Context();
    context.version = "1.2 \"quoted\\\" \n";
    context.server_metrics = [this] { return server_; };
    AddApiRoutes(router_, context);
    OperationMetrics samples{.operation = "samples", .answers = {{200, 3}, {403, 1}, {0, 1}}};
    samples.times[2] = 4;
    samples.times.back() = 1;
    samples.seconds = 12.5;
    server_.queue_limit = 256;
    server_.operations = {samples, {.operation = "none", .answers = {{404, 7}}}};
    server_.operations[1].times[0] = 7;
  }

  ServerMetrics server_;
};

TEST_F(MetricsTest, AreOpenMetrics) {
  Ingest("mill/a", {{kMidnight, 1.5, kGood}});
  const std::string text = GetBody("/metrics");
  EXPECT_THAT(text, HasSubstr(R"(bedplate_build_info{version="1.2 \"quoted\\\" \n"} 1)"));
  const OpenMetricsReader reader(text);
  EXPECT_THAT(reader.faults(), testing::IsEmpty());
  EXPECT_GT(reader.families(), 40U);
  EXPECT_EQ(reader.Value("bedplate_appended_samples_total"), 1.0);
  EXPECT_EQ(reader.Value("bedplate_http_queue_limit"), 256.0);
  EXPECT_EQ(reader.Value(R"(bedplate_http_answers_total{operation="samples",status="403"})"), 1.0);
  EXPECT_EQ(reader.Value(R"(bedplate_http_answers_total{operation="samples",status="other"})"),
            1.0);
  EXPECT_EQ(reader.Value(R"(bedplate_http_answer_seconds_sum{operation="samples"})"), 12.5);
  EXPECT_EQ(reader.Value(R"(bedplate_refused_appends_total{reason="full-disk"})"), 0.0);
  EXPECT_EQ(reader.Value("bedplate_healthy"), 1.0);
}

/// The reader finds what it is for: every rule once broken.
TEST(OpenMetricsReaderTest, FindsWhatIsWrong) {
  const std::string good =
      "# TYPE a_bytes counter\n# UNIT a_bytes bytes\n# HELP a_bytes x\na_bytes_total 1\n# EOF\n";
  EXPECT_TRUE(OpenMetricsReader(good).faults().empty());
  for (const char* bad :
       {"# TYPE a counter\n# HELP a x\na 1\n# EOF\n", "# TYPE a gauge\n# HELP a x\na 1\n",
        "# TYPE a gauge\na 1\n# EOF\n", "# TYPE a gauge\n# HELP a x\na x\n# EOF\n",
        "# TYPE a gauge\n# HELP a x\na 1\na 2\n# EOF\n",
        "# TYPE a gauge\n# UNIT a bytes\n# HELP a x\na 1\n# EOF\n",
        "# TYPE a gauge\n# HELP a x\nb 1\n# EOF\n",
        "# TYPE a gauge\n# HELP a x\na{b=\"1} 1\n# EOF\n",
        "# TYPE a gauge\n# TYPE a gauge\n# HELP a x\na 1\n# EOF\n",
        ("# TYPE a histogram\n# HELP a x\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\n"
         "a_count 1\na_sum 1\n# EOF\n"),
        "# EOF\nx 1\n"}) {
    EXPECT_FALSE(OpenMetricsReader(bad).faults().empty()) << bad;
  }
}

/// A disk below the reserve shows as what it is, and refused appends by their reason.
TEST_F(MetricsTest, SayWhyAppendsAreRefused) {
  options_.historian.reserve_bytes = 1ULL << 60U;
  Restart();
  PathBatch batch{.path = "mill/a", .unit = {}, .samples = {}, .origin = {}};
  batch.samples.Push({kMidnight, 1.0, kGood});
  EXPECT_FALSE(workspace().gate().Ingest("test", {batch}, {}).ok());
  const OpenMetricsReader reader(GetBody("/metrics"));
  EXPECT_THAT(reader.faults(), testing::IsEmpty());
  EXPECT_EQ(reader.Value(R"(bedplate_refused_appends_total{reason="full-disk"})"), 1.0);
  EXPECT_EQ(reader.Value(R"(bedplate_health_problem{problem="resource-exhausted"})"), 1.0);
  EXPECT_EQ(reader.Value("bedplate_healthy"), 0.0);
}

}  // namespace
}  // namespace bedplate
