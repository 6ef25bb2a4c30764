#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bedplate::bench {

/// Where requests go.
struct Target {
  std::uint16_t port = 0;            // on 127.0.0.1
  std::string path;                  // with its parameters
  std::vector<std::string> headers;  // each `Name: value`
};

}  // namespace bedplate::bench
