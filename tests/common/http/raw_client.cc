#include "tests/common/http/raw_client.h"

#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bw::http {

RawClient::RawClient(int port, int receive_buffer) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return;
  const int one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Close();
}

RawClient::~RawClient() { Close(); }

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::EndSending() { ::shutdown(fd_, SHUT_WR); }

void RawClient::Close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawClient::Reset() {
  const linger reset{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  Close();
}

bool RawClient::Fill() {
  pollfd waiting{fd_, POLLIN, 0};
  if (fd_ < 0 || ::poll(&waiting, 1, kPatienceMs) <= 0) return false;
  std::array<char, 65536> bytes;
  const ssize_t received = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (received <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(received));
  return true;
}

bool RawClient::ReadLine(std::string* line) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!Fill()) return false;
  }
  *line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return true;
}

std::string RawClient::ReadBytes(std::size_t size) {
  while (buffer_.size() < size && Fill()) {
  }
  std::string bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

std::string RawClient::ReadToEnd() {
  while (Fill()) {
  }
  return std::exchange(buffer_, {});
}

bool RawClient::AtEnd() {
  if (!buffer_.empty()) return false;
  pollfd waiting{fd_, POLLIN, 0};
  char byte = 0;
  return ::poll(&waiting, 1, kPatienceMs) > 0 && ::recv(fd_, &byte, 1, 0) <= 0;
}

bool RawClient::ReadChunked(std::string* body) {
  for (;;) {
    std::string line;
    if (!ReadLine(&line)) return false;
    const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
    const std::string chunk = ReadBytes(size);
    if (chunk.size() != size || !ReadLine(&line) || !line.empty()) return false;
    if (size == 0) return true;
    body->append(chunk);
  }
}

RawResponse RawClient::Read(bool head) {
  RawResponse response;
  std::string line;
  if (!ReadLine(&response.status_line) || response.status_line.rfind("HTTP/1.1 ", 0) != 0)
    return {};
  while (ReadLine(&line) && !line.empty()) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) return {};
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    response.headers[name] = line.substr(colon + 2);
  }
  const int status = std::atoi(response.status_line.c_str() + 9);
  const bool bodiless = head || status < 200 || status == 204 || status == 304;
  if (response.headers.count("transfer-encoding") != 0 && !bodiless) {
    if (!ReadChunked(&response.body)) return response;
  } else if (response.headers.count("content-length") != 0 && !bodiless) {
    const std::size_t size = std::strtoul(response.headers["content-length"].c_str(), nullptr, 10);
    response.body = ReadBytes(size);
    if (response.body.size() != size) return response;
  }
  response.status = status;
  return response;
}

std::string Get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::string Post(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

}  // namespace bw::http
