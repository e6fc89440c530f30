// Which addresses belong to the public internet. What an answer from there names must not lead to a
// neighbour of ours: a metadata service, an admin port, a database.
#pragma once

#include <string_view>

struct sockaddr;

namespace bw::http_client {

/// False for loopback, private, link-local, shared, multicast and other special-purpose networks
/// (IANA's special-purpose address registries, RFC 6890), also where an IPv6 address holds such an
/// IPv4 address, and for anything but an IPv4 or IPv6 address.
bool IsPublicAddress(const sockaddr& address);
/// The same for an address in text, "192.0.2.1" or "2001:db8::1%eth0".
bool IsPublicAddress(std::string_view text);

}  // namespace bw::http_client
