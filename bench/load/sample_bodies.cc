#include "load/sample_bodies.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "base/random.h"
#include "load/random_walk.h"

namespace bedplate::bench {
namespace {

void WriteLines(const std::vector<WalkSample>& samples, std::string& out) {
  for (const WalkSample& sample : samples) {
    fmt::format_to(std::back_inserter(out), "plant,tag=t{:06} v={}.{:02} {}000000000\n", sample.tag,
                   sample.value / 100, sample.value % 100, sample.time);
  }
}

void WriteTsv(const std::vector<WalkSample>& samples, std::string& out) {
  for (const WalkSample& sample : samples) {
    fmt::format_to(std::back_inserter(out), "t{:06}\t{}\t{}.{:02}\n", sample.tag, sample.time,
                   sample.value / 100, sample.value % 100);
  }
}

/// The bytes of a number as they lie in memory: little endian, as on every machine that this runs
/// on and as docs/formats/append.md has them.
template <typename Number>
void PutNumber(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

void PadToEight(std::string& out) { out.resize((out.size() + 7) / 8 * 8); }

/// One block of the binary append: the samples [begin, end), all of one tag.
void WriteAppendBlock(std::span<const WalkSample> samples, std::string& out) {
  constexpr std::uint8_t kDouble = 1;
  const std::string path = fmt::format("plant/t{:06}/v", samples.front().tag);
  PutNumber(out, static_cast<std::uint32_t>(samples.size()));
  PutNumber(out, static_cast<std::uint16_t>(path.size()));
  PutNumber(out, std::uint16_t{0});  // no unit
  PutNumber(out, kDouble);
  out.append(7, '\0');  // no flags, and the rest of the header
  out += path;
  PadToEight(out);
  for (const WalkSample& sample : samples) PutNumber(out, sample.time * 1'000'000'000);
  for (const WalkSample& sample : samples) PutNumber(out, sample.value / 100.0);
}

/// Samples of one tag stand together there, in the order in which they came.
void WriteAppend(const std::vector<WalkSample>& samples, std::string& out) {
  constexpr std::uint32_t kVersion = 1;
  std::vector<WalkSample> by_tag = samples;
  std::stable_sort(by_tag.begin(), by_tag.end(),
                   [](const WalkSample& a, const WalkSample& b) { return a.tag < b.tag; });
  out += "BEDPLAPP";
  PutNumber(out, kVersion);
  PutNumber(out, std::uint32_t{0});
  for (auto at = by_tag.begin(); at != by_tag.end();) {
    const auto end = std::find_if(at, by_tag.end(),
                                  [&](const WalkSample& sample) { return sample.tag != at->tag; });
    WriteAppendBlock({at, end}, out);
    at = end;
  }
}

/// The bodies of one format, written as they are made.
class BodyOutput {
 public:
  BodyOutput(const std::string& directory, const std::string& name, BodyFormat format)
      : format_(std::move(format)),
        bodies_(directory + "/" + name + ".bodies", std::ios::binary),
        index_(directory + "/" + name + ".index") {}

  void Write(const std::vector<WalkSample>& samples) {
    text_.clear();
    format_(samples, text_);
    bodies_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    index_ << text_.size() << ' ' << samples.size() << '\n';
  }

  [[nodiscard]] bool Finish() {
    bodies_.close();
    index_.close();
    return bodies_.good() && index_.good();
  }

 private:
  BodyFormat format_;
  std::ofstream bodies_;
  std::ofstream index_;
  std::string text_;
};

/// Gathers samples into bodies, holding the late ones back.
class BodyGatherer {
 public:
  BodyGatherer(const GenerateOptions& options, std::vector<BodyOutput>& outputs)
      : options_(options),
        outputs_(outputs),
        chance_(options.seed + 1),
        held_((std::uint64_t{options.tags} * options.samples + options.body_samples - 1) /
              options.body_samples) {}

  void Add(const WalkSample& sample) {
    const std::uint64_t body = added_ / options_.body_samples;
    const std::uint64_t later = LaterBody(body);
    (later == body ? current_ : held_[later]).push_back(sample);
    ++added_;
    if (added_ % options_.body_samples == 0) Flush(body);
  }

  void Finish() {
    if (added_ % options_.body_samples != 0) Flush(added_ / options_.body_samples);
  }

 private:
  std::uint64_t LaterBody(std::uint64_t body) const {
    const std::uint64_t left = held_.size() - 1 - body;
    const auto index = static_cast<std::int64_t>(added_);
    if (left == 0 || chance_.Uniform(0, index) * 100 >= options_.late_percent) return body;
    return body + 1 +
           static_cast<std::uint64_t>(chance_.Uniform(1, index) * static_cast<double>(left));
  }

  void Flush(std::uint64_t body) {
    std::vector<WalkSample>& late = held_[body];
    current_.insert(current_.end(), late.begin(), late.end());
    late = {};
    for (BodyOutput& output : outputs_) output.Write(current_);
    current_.clear();
  }

  const GenerateOptions& options_;
  std::vector<BodyOutput>& outputs_;
  const RandomField chance_;
  std::uint64_t added_ = 0;
  std::vector<WalkSample> current_;
  std::vector<std::vector<WalkSample>> held_;  // by the body that they come with
};

Status Validate(const GenerateOptions& options) {
  if (options.tags == 0 || options.samples == 0 || options.body_samples == 0) {
    return Error(ErrorCode::kInvalidArgument, "tags, samples and body samples must not be 0");
  }
  if (options.tags > 1'000'000) {
    return Error(ErrorCode::kInvalidArgument, "expected at most 1000000 tags");
  }
  return {};
}

void Generate(const GenerateOptions& options, std::vector<BodyOutput>& outputs,
              std::ofstream& values) {
  RandomWalk walk(options.tags, options.seed);
  BodyGatherer gatherer(options, outputs);
  for (std::uint32_t step = 0; step < options.samples; ++step) {
    const std::vector<std::int32_t>& now = walk.Next();
    // The figures are read back on the machine that wrote them, in its own order of bytes.
    values.write(reinterpret_cast<const char*>(now.data()),
                 static_cast<std::streamsize>(now.size() * sizeof(now[0])));
    for (std::uint32_t tag = 0; tag < options.tags; ++tag) {
      gatherer.Add({.tag = tag, .value = now[tag], .time = options.start + step});
    }
  }
  gatherer.Finish();
}

}  // namespace

Result<BodyFormat> FindBodyFormat(std::string_view name) {
  if (name == "line") return BodyFormat(WriteLines);
  if (name == "tsv") return BodyFormat(WriteTsv);
  if (name == "append") return BodyFormat(WriteAppend);
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("expected the format line, tsv or append, got {}", name));
}

Status GenerateBodies(const GenerateOptions& options) {
  RETURN_IF_ERROR(Validate(options));
  std::vector<BodyOutput> outputs;
  for (const std::string& name : options.formats) {
    ASSIGN_OR_RETURN(const BodyFormat format, FindBodyFormat(name));
    outputs.emplace_back(options.directory, name, format);
  }
  std::ofstream values(options.directory + "/values.int32", std::ios::binary);
  Generate(options, outputs, values);
  values.close();
  bool written = values.good();
  for (BodyOutput& output : outputs) written = output.Finish() && written;
  if (!written) return Error(ErrorCode::kIo, "could not write all").At(options.directory);
  return {};
}

}  // namespace bedplate::bench
