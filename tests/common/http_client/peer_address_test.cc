#include "common/http_client/peer_address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace bw::http_client {
namespace {

TEST(IsPublicAddress, FirstAndLastOfEachSpecialNetworkAndItsNeighbours) {
  struct Row {
    const char* before;  // public, or "" where another special network comes before
    const char* first;
    const char* last;
    const char* after;
  };
  for (const Row& row : {Row{"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
                         Row{"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
                         Row{"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
                         Row{"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
                         Row{"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
                         Row{"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
                         Row{"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
                         Row{"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
                         Row{"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
                         Row{"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
                         Row{"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
                         Row{"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
                         Row{"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
                         Row{"223.255.255.255", "224.0.0.0", "255.255.255.255", ""}}) {
    EXPECT_FALSE(IsPublicAddress(row.first)) << row.first;
    EXPECT_FALSE(IsPublicAddress(row.last)) << row.last;
    for (const char* outside : {row.before, row.after}) {
      EXPECT_TRUE(*outside == '\0' || IsPublicAddress(outside)) << outside;
    }
  }
}

TEST(IsPublicAddress, Version6) {
  for (const char* special : {"::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.1.2.3",
                              "::ffff:a9fe:a9fe",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "64:ff9b:1::808:808",
                              "100::1",
                              "2001::1",
                              "2001:1ff:ffff::1",
                              "2001:db8::1",
                              "2002:7f00:1::",
                              "2002:a00:1::",
                              "3fff::1",
                              "3fff:fff::1",
                              "fc00::1",
                              "fdff::1",
                              "fe80::1",
                              "fe80::1%lo",
                              "fec0::1",
                              "ff02::1",
                              "4000::1"}) {
    EXPECT_FALSE(IsPublicAddress(special)) << special;
  }
  for (const char* open : {"2001:200::1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
                           "2002:808:808::1", "2a00::1", "3fff:1000::1"}) {
    EXPECT_TRUE(IsPublicAddress(open)) << open;
  }
}

TEST(IsPublicAddress, WhatIsNoAddressIsNotPublic) {
  for (const char* text : {"", "localhost", "8.8.8", "8.8.8.8.8", "08.8.8.8", "0x8.8.8.8",
                           " 8.8.8.8", "134744072", "[2a00::1]", "%eth0"}) {
    EXPECT_FALSE(IsPublicAddress(text)) << text;
  }
}

TEST(IsPublicAddress, OfSockets) {
  sockaddr_storage storage{};
  auto& generic = reinterpret_cast<sockaddr&>(storage);
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(0x7f000001);
  EXPECT_FALSE(IsPublicAddress(generic));
  v4.sin_addr.s_addr = htonl(0x08080808);
  EXPECT_TRUE(IsPublicAddress(generic));
  storage = {};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  EXPECT_FALSE(IsPublicAddress(generic));
  v6.sin6_addr.s6_addr[0] = 0x2a;
  EXPECT_TRUE(IsPublicAddress(generic));
  storage = {};
  storage.ss_family = AF_UNIX;
  EXPECT_FALSE(IsPublicAddress(generic));
}

}  // namespace
}  // namespace bw::http_client
