#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bedplate::bench {

struct HttpAnswer {
  int status = 0;
  std::string body;
  std::uint32_t retry_after_seconds = 0;  // of a 503 that says it
};

/// One kept connection to a server on this machine; blocks. No more HTTP than the servers of the
/// comparison speak: lengths and chunks, no compression, no redirection.
class HttpClient {
 public:
  /// `headers` are sent with every request, each `Name: value`.
  HttpClient(std::uint16_t port, const std::vector<std::string>& headers);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Connects first when there is no connection. Errors: kIo, after which the connection is gone.
  Result<HttpAnswer> Ask(std::string_view method, std::string_view target, std::string_view body);

 private:
  Status Connect();
  void Close();
  Status Send(std::string_view head, std::string_view body);
  Result<HttpAnswer> Receive();
  Status ReceiveMore();
  Result<std::string> TakeLine();
  Status SkipLine();
  Status TakeBytes(std::size_t count, std::string& out);
  Status TakeChunks(std::string& out);

  const std::uint16_t port_;
  std::string fixed_headers_;
  int socket_ = -1;
  std::vector<char> received_;  // by one call of the operating system
  std::string buffer_;          // received so far and not forgotten
  std::size_t taken_ = 0;       // of the buffer
};

}  // namespace bedplate::bench
