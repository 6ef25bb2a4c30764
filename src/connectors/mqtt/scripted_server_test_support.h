#pragma once

// For tests: an MQTT server that does what a test says, over real sockets on the loopback.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/bytes.h"
#include "connectors/mqtt/packet.h"
#include "connectors/mqtt/packet_stream.h"

namespace bedplate::mqtt {

/// One connection, as the server has it.
class ServerPeer {
 public:
  explicit ServerPeer(int socket) : socket_(socket) {}
  ~ServerPeer() { ::close(socket_); }
  ServerPeer(const ServerPeer&) = delete;
  ServerPeer& operator=(const ServerPeer&) = delete;

  struct Packet {
    int type = 0;          // the upper half of the first byte
    std::uint16_t id = 0;  // the first two bytes of the body
    std::string body;
  };
  /// The next packet, or nothing when the client closed the connection or says nothing for long.
  std::optional<Packet> Next() {
    while (true) {
      const auto item = stream_.Next();
      if (!item.ok()) return std::nullopt;
      if (*item) {
        const std::string body(AsText((*item)->frame.body));
        Packet packet{static_cast<int>((*item)->frame.type), 0, body};
        if (body.size() >= 2) {
          packet.id = static_cast<std::uint16_t>(static_cast<unsigned char>(body[0]) * 256 +
                                                 static_cast<unsigned char>(body[1]));
        }
        return packet;
      }
      const auto space = stream_.Space(4096);
      const ssize_t size = ::recv(socket_, space.data(), space.size(), 0);
      if (size <= 0) return std::nullopt;
      stream_.Filled(static_cast<std::size_t>(size));
    }
  }
  void Say(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    Say(text);
  }
  void Say(std::string_view text) { (void)::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// Answers CONNECT and SUBSCRIBE of one filter, as a server of version 5. False when they do not
  /// come.
  bool Welcome(bool resumed = false) {
    const auto connect = Next();
    if (!connect || connect->type != 1) return false;
    Say({0x20, 3, resumed ? 1 : 0, 0, 0});
    const auto subscribe = Next();
    if (!subscribe || subscribe->type != 8) return false;
    Say({0x90, 4, subscribe->id / 256, subscribe->id % 256, 0, 1});
    return true;
  }
  void Publish(std::string_view topic, std::string_view payload, std::uint16_t id,
               bool duplicate = false) {
    Bytes bytes;
    const Qos qos = id == 0 ? Qos::kAtMostOnce : Qos::kAtLeastOnce;
    Encode(mqtt::Publish{topic, AsBytes(payload), qos, duplicate, false, id, {}}, Version::k5,
           bytes);
    Say(AsText(bytes));
  }

 private:
  const int socket_;
  PacketStream stream_{1U << 20U};
};

/// Listens on a free port of the loopback; each connection is given to the script, on a thread.
class ScriptedServer {
 public:
  /// `script` gets the number of the connection, from 0.
  explicit ScriptedServer(std::function<void(ServerPeer&, int)> script) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 8) != 0) return;
    ::getsockname(listener_, generic, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, script = std::move(script)] {
      for (int number = 0;; ++number) {
        const int socket = ::accept(listener_, nullptr, nullptr);
        if (socket < 0) return;
        const timeval patience{10, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        ServerPeer peer(socket);
        script(peer, number);
      }
    });
  }
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace bedplate::mqtt
