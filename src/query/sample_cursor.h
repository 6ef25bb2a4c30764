#pragma once

#include <optional>

#include "base/cancel.h"
#include "historian/historian.h"

namespace bedplate {

/// Reads one series piece by piece, although the historian pushes: each piece is a scan of its own
/// that stops early and says where the next one resumes. Memory is one piece and one block of the
/// historian's.
class SampleCursor {
 public:
  /// `historian` must outlive the cursor.
  SampleCursor(const Historian& historian, TagId tag, TimeRange range, CancelToken cancel);

  /// The next piece in ascending time, valid until the next call; null at the end.
  /// Errors: those of Historian::Scan.
  Result<const SampleColumns*> Next();

 private:
  const Historian& historian_;
  TagId tag_;
  TimeRange rest_;
  CancelToken cancel_;
  SampleColumns piece_;
  std::size_t wanted_;  // samples in the next piece; grows, so that a LIMIT reads little
};

}  // namespace bedplate
