// Sends samples of two tags to Bedplate as a binary append (docs/formats/append.md).
//
//     append HOST PORT TOKEN

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

static_assert(std::endian::native == std::endian::little, "columns are sent as they are");

namespace {

enum class ValueType : std::uint8_t { kDouble = 1, kInt64 = 2 };

/// A body in the making.
class AppendBody {
 public:
  AppendBody() {
    body_ = "BEDPLAPP";
    Put<std::uint32_t>(1);
    Put<std::uint32_t>(0);
  }

  void Add(std::string_view path, std::string_view unit, const std::vector<std::int64_t>& times_ns,
           const std::vector<double>& values) {
    BeginBlock(path, unit, times_ns, ValueType::kDouble);
    PutColumn(values);
  }
  void Add(std::string_view path, std::string_view unit, const std::vector<std::int64_t>& times_ns,
           const std::vector<std::int64_t>& values) {
    BeginBlock(path, unit, times_ns, ValueType::kInt64);
    PutColumn(values);
  }

  const std::string& text() const { return body_; }

 private:
  template <typename T>
  void Put(T number) {
    body_.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }
  template <typename T>
  void PutColumn(const std::vector<T>& column) {
    body_.append(reinterpret_cast<const char*>(column.data()), column.size() * sizeof(T));
  }
  void BeginBlock(std::string_view path, std::string_view unit,
                  const std::vector<std::int64_t>& times_ns, ValueType type) {
    Put(static_cast<std::uint32_t>(times_ns.size()));
    Put(static_cast<std::uint16_t>(path.size()));
    Put(static_cast<std::uint16_t>(unit.size()));
    Put(static_cast<std::uint8_t>(type));
    Put<std::uint8_t>(0);  // no qualities: all are good
    body_.append(6, '\0');
    body_.append(path).append(unit);
    body_.resize((body_.size() + 7) / 8 * 8);
    PutColumn(times_ns);
  }

  std::string body_;
};

/// A connection for one request; the server's answer as it came.
std::string Exchange(const std::string& host, const std::string& port, std::string_view request) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* address = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &address) != 0) {
    throw std::runtime_error("no such host: " + host);
  }
  const int socket_number = socket(address->ai_family, address->ai_socktype, 0);
  const bool connected = connect(socket_number, address->ai_addr, address->ai_addrlen) == 0;
  freeaddrinfo(address);
  if (!connected) throw std::runtime_error("cannot connect to " + host + ":" + port);
  while (!request.empty()) {
    const ssize_t sent = send(socket_number, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;  // the server may have answered already
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string answer;
  char part[4096];
  for (ssize_t size = 1; size > 0;) {
    size = recv(socket_number, part, sizeof(part), 0);
    if (size > 0) answer.append(part, static_cast<std::size_t>(size));
  }
  close(socket_number);
  return answer;
}

/// Sends a body whose number among this source's is `sequence`; returns the report, JSON. Sending
/// the same again after an error is safe.
std::string Append(const std::string& host, const std::string& port, const std::string& token,
                   const AppendBody& body, std::uint64_t sequence) {
  const std::string head = "POST /api/v1/append HTTP/1.1\r\nHost: " + host + ":" + port +
                           "\r\nAuthorization: Bearer " + token +
                           "\r\nContent-Type: application/vnd.bedplate.append"
                           "\r\nBedplate-Source: example-cpp\r\nBedplate-Sequence: " +
                           std::to_string(sequence) +
                           "\r\nContent-Length: " + std::to_string(body.text().size()) +
                           "\r\nConnection: close\r\n\r\n";
  const std::string answer = Exchange(host, port, head + body.text());
  const std::size_t content = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 200 ") || content == std::string::npos) {
    throw std::runtime_error("not acknowledged: " + answer);
  }
  return answer.substr(content + 4);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: append HOST PORT TOKEN\n";
    return 2;
  }
  std::vector<std::int64_t> times_ns;
  std::vector<double> temperatures;
  std::vector<std::int64_t> pieces;
  for (std::int64_t i = 0; i < 1000; ++i) {
    times_ns.push_back((1'700'000'000 + i) * 1'000'000'000);
    temperatures.push_back(20 + std::sin(static_cast<double>(i) / 60));
    pieces.push_back(i);
  }
  AppendBody body;
  body.Add("example/cpp/temperature", "degC", times_ns, temperatures);
  body.Add("example/cpp/pieces", "", times_ns, pieces);
  try {
    std::cout << Append(argv[1], argv[2], argv[3], body, 1) << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
