#include "historian/zstd_codec.h"

#include <memory>

#include <zstd.h>

#include "base/check.h"

namespace bedplate::historian {
namespace {

/// Beyond this the blocks of a segment become hardly smaller.
constexpr int kLevel = 6;

struct FreeContexts {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// A context costs more to make than a block to compress, and serves one thread at a time.
ZSTD_CCtx* Compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContexts> context(ZSTD_createCCtx());
  BEDPLATE_CHECK(context != nullptr);
  return context.get();
}

ZSTD_DCtx* Decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContexts> context(ZSTD_createDCtx());
  BEDPLATE_CHECK(context != nullptr);
  return context.get();
}

}  // namespace

void CompressZstd(ByteView bytes, Bytes& out) {
  const std::size_t start = out.size();
  out.resize(start + ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compressCCtx(Compressor(), out.data() + start, out.size() - start,
                                             bytes.data(), bytes.size(), kLevel);
  BEDPLATE_CHECK(ZSTD_isError(size) == 0);
  out.resize(start + size);
}

bool DecompressZstd(ByteView frame, std::size_t limit_bytes, Bytes& out) {
  const unsigned long long announced = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (announced == ZSTD_CONTENTSIZE_ERROR) return false;
  const bool known = announced != ZSTD_CONTENTSIZE_UNKNOWN;
  if (known && announced > limit_bytes) return false;
  out.resize(known ? announced : limit_bytes);
  const std::size_t size =
      ZSTD_decompressDCtx(Decompressor(), out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0) return false;
  out.resize(size);
  return true;
}

}  // namespace bedplate::historian
