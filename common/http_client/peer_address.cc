#include "common/http_client/peer_address.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace bw::http_client {
namespace {

constexpr std::uint32_t V4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

struct V4Network {
  std::uint32_t prefix;
  int bits;
};
constexpr std::array kSpecialV4 = {
    V4Network{V4(0, 0, 0, 0), 8},        // this network
    V4Network{V4(10, 0, 0, 0), 8},       // private
    V4Network{V4(100, 64, 0, 0), 10},    // shared by a carrier's customers
    V4Network{V4(127, 0, 0, 0), 8},      // loopback
    V4Network{V4(169, 254, 0, 0), 16},   // link-local, and where clouds keep their metadata
    V4Network{V4(172, 16, 0, 0), 12},    // private
    V4Network{V4(192, 0, 0, 0), 24},     // protocol assignments
    V4Network{V4(192, 0, 2, 0), 24},     // documentation
    V4Network{V4(192, 88, 99, 0), 24},   // relays of 6to4, retired
    V4Network{V4(192, 168, 0, 0), 16},   // private
    V4Network{V4(198, 18, 0, 0), 15},    // benchmarks
    V4Network{V4(198, 51, 100, 0), 24},  // documentation
    V4Network{V4(203, 0, 113, 0), 24},   // documentation
    V4Network{V4(224, 0, 0, 0), 3},      // multicast, reserved, broadcast
};

using V6Bytes = std::array<std::uint8_t, 16>;

struct V6Network {
  V6Bytes prefix;
  int bits;
  /// Where an IPv4 address stands in it, which then decides; -1: all of it is special.
  int v4_offset;
};
constexpr std::array kSpecialV6 = {
    V6Network{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},  // an IPv4 address, mapped
    V6Network{{0x00, 0x64, 0xff, 0x9b}, 96, 12},                    // translated by NAT64
    V6Network{{0x20, 0x02}, 16, 2},                                 // 6to4
    V6Network{{0x20, 0x01}, 23, -1},              // protocol assignments, Teredo among them
    V6Network{{0x20, 0x01, 0x0d, 0xb8}, 32, -1},  // documentation
    V6Network{{0x3f, 0xff}, 20, -1},              // documentation
};

bool HasPrefix(const V6Bytes& address, const V6Bytes& prefix, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(address.data(), prefix.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const int mask = 0xff << (8 - bits % 8) & 0xff;
  return (address[whole] & mask) == (prefix[whole] & mask);
}

bool IsPublic(std::uint32_t address) {
  return std::none_of(kSpecialV4.begin(), kSpecialV4.end(), [address](const V4Network& network) {
    return (address ^ network.prefix) >> (32 - network.bits) == 0;
  });
}

bool IsPublic(const V6Bytes& address) {
  for (const V6Network& network : kSpecialV6) {
    if (!HasPrefix(address, network.prefix, network.bits)) continue;
    if (network.v4_offset < 0) return false;
    const std::uint8_t* v4 = address.data() + network.v4_offset;
    return IsPublic(V4(v4[0], v4[1], v4[2], v4[3]));
  }
  // All that is given out so far begins with 001; the rest is loopback, local, multicast or unused.
  return address[0] >> 5 == 1;
}

}  // namespace

bool IsPublicAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return IsPublic(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    V6Bytes bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return IsPublic(bytes);
  }
  return false;
}

bool IsPublicAddress(std::string_view text) {
  const std::string address(text.substr(0, text.find('%')));
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return IsPublic(ntohl(v4.s_addr));
  V6Bytes v6{};
  return inet_pton(AF_INET6, address.c_str(), v6.data()) == 1 && IsPublic(v6);
}

}  // namespace bw::http_client
