#include "tests/integration/event_reader.h"

#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace bw::integration {
namespace {

// Only a failing test waits this long.
constexpr int kPatienceSeconds = 20;

}  // namespace

EventReader::EventReader(int port, std::string_view request)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval patience{kPatienceSeconds, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return;
  while (!request.empty()) {
    const ssize_t sent = ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
}

EventReader::~EventReader() { ::close(fd_); }

bool EventReader::Fill() {
  char buffer[16 << 10];
  const ssize_t count = ::recv(fd_, buffer, sizeof(buffer), 0);
  if (count <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(count));
  return true;
}

bool EventReader::ReadLine(std::string* line) {
  std::size_t end = 0;
  while ((end = received_.find("\r\n")) == std::string::npos) {
    if (!Fill()) return false;
  }
  *line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return true;
}

int EventReader::Status() {
  if (status_ != 0) return status_;
  std::string line;
  if (!ReadLine(&line) || line.size() < 12) return 0;
  const int status = std::atoi(line.c_str() + std::string_view("HTTP/1.1 ").size());
  do {
    if (!ReadLine(&line)) return 0;
  } while (!line.empty());
  return status_ = status;
}

bool EventReader::ReadChunk() {
  std::string line;
  if (ended_ || !ReadLine(&line)) return false;
  const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
  while (received_.size() < size + 2) {
    if (!Fill()) return false;
  }
  body_.append(received_, 0, size);
  received_.erase(0, size + 2);
  ended_ = size == 0;
  return !ended_;
}

std::string EventReader::Next() {
  if (Status() == 0) return {};
  while (true) {
    const std::size_t end = body_.find("\n\n");
    if (end == std::string::npos) {
      if (!ReadChunk()) return {};
      continue;
    }
    const std::string event = body_.substr(0, end);
    body_.erase(0, end + 2);
    const std::size_t data = event.find("data: ");
    // A comment keeps the stream alive.
    if (data != std::string::npos) return event.substr(data + std::string_view("data: ").size());
  }
}

std::string GetStream(const std::string& session) {
  return "GET /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nMcp-Session-Id: " +
         session + "\r\n\r\n";
}

std::string Listen(const std::string& uri) {
  const std::string body =
      R"({"jsonrpc":"2.0","id":"l","method":"subscriptions/listen","params":{"notifications":{)"
      R"("toolsListChanged":true,"resourceSubscriptions":[")" +
      uri +
      R"("]},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  return "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
         "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
         "Mcp-Method: subscriptions/listen\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace bw::integration
