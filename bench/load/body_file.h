#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bedplate::bench {

/// Bodies that were made before, in memory: PATH.bodies holds them one after the other, PATH.index
/// has a line for each with its bytes and samples.
class BodyFile {
 public:
  struct Body {
    std::string_view text;
    std::uint64_t samples = 0;
  };

  /// Errors: kNotFound, kCorruption when the two files do not belong together.
  static Result<std::unique_ptr<BodyFile>> Open(const std::string& path);
  ~BodyFile();
  BodyFile(const BodyFile&) = delete;
  BodyFile& operator=(const BodyFile&) = delete;

  [[nodiscard]] const std::vector<Body>& bodies() const { return bodies_; }

 private:
  explicit BodyFile(std::string_view mapped) : mapped_(mapped) {}
  Status ReadIndex(const std::string& path);

  const std::string_view mapped_;
  std::vector<Body> bodies_;
};

}  // namespace bedplate::bench
