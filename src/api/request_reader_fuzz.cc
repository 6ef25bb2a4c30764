#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "api/request_reader.h"
#include "base/check.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

namespace asio = boost::asio;

/// A peer that has sent everything already; it arrives in pieces of `piece` bytes.
class MemoryTransport final : public Transport {
 public:
  MemoryTransport(asio::any_io_executor executor, std::string_view bytes, std::size_t piece)
      : executor_(std::move(executor)), rest_(bytes), piece_(piece) {}

  asio::any_io_executor executor() override { return executor_; }
  void ExpiresAfter(std::chrono::milliseconds) override {}
  asio::awaitable<Status> Handshake() override { co_return Status(); }
  asio::awaitable<Result<std::size_t>> ReadSome(std::span<char> out) override {
    const std::size_t size = std::min({out.size(), rest_.size(), piece_});
    rest_.copy(out.data(), size);
    rest_.remove_prefix(size);
    co_return size;
  }
  asio::awaitable<Status> Write(std::string_view, std::string_view) override { co_return Status(); }
  asio::awaitable<void> ShutdownSend() override { co_return; }
  bool PeerGone() override { return rest_.empty(); }
  void Abort() override { rest_ = {}; }

 private:
  asio::any_io_executor executor_;
  std::string_view rest_;
  const std::size_t piece_;
};

void CheckHead(const HttpRequest& request) {
  BEDPLATE_CHECK(request.path.starts_with('/'));
  BEDPLATE_CHECK(IsValidUtf8(request.path));
  for (const auto& [name, value] : request.headers) {
    BEDPLATE_CHECK(name.find_first_of("\r\n ") == std::string::npos);
    BEDPLATE_CHECK(value.find_first_of("\r\n") == std::string::npos);
  }
}

/// Reads requests, as a connection does, until one is wrong; appends what they carried.
asio::awaitable<void> ReadAll(Transport& transport, std::string& seen) {
  boost::beast::flat_buffer buffer(RequestReader::kBufferBytes);
  while (true) {
    RequestReader reader(transport, buffer, 8192);
    const Status head = co_await reader.ReadHead();
    if (!head.ok()) co_return;
    HttpRequest request;
    if (!reader.FillHead(request).ok()) co_return;
    CheckHead(request);
    seen += request.path;
    std::array<char, 512> chunk;
    while (!reader.done()) {
      const Result<std::size_t> size = co_await reader.ReadBody(chunk, std::nullopt);
      if (!size.ok()) co_return;
      BEDPLATE_CHECK(*size == chunk.size() || reader.done());
      seen.append(chunk.data(), *size);
    }
  }
}

std::string Read(std::string_view bytes, std::size_t piece) {
  asio::io_context io;
  MemoryTransport transport(io.get_executor(), bytes, piece);
  std::string seen;
  asio::co_spawn(io, ReadAll(transport, seen), asio::detached);
  io.run();
  return seen;
}

}  // namespace
}  // namespace bedplate

// Whatever comes, nothing breaks; and how it was cut on its way does not matter.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = bedplate::Read(bytes, size + 1);
  const std::string pieces = bedplate::Read(bytes, 7);
  // An error ends reading, and may be met earlier when its bytes come together with those before.
  const std::size_t common = std::min(whole.size(), pieces.size());
  BEDPLATE_CHECK(whole.substr(0, common) == pieces.substr(0, common));
  return 0;
}
