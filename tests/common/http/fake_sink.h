// A socket made of memory, for tests and the fuzzer of the connection's state machine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "common/http/byte_sink.h"

namespace bw::http {

/// What the "kernel" did and will do; kept by the test, as the connection owns its sink.
struct FakeSocket {
  std::string sent;
  /// Bytes it still takes before its buffer is full.
  std::size_t room = std::numeric_limits<std::size_t>::max();
  bool broken = false;
  int sends = 0;
  int writable_awaited = 0;
  int resumes_asked = 0;
  bool sending_ended = false;
  bool cut = false;
};

class FakeSink final : public ByteSink {
 public:
  explicit FakeSink(FakeSocket& socket) : socket_(socket) {}

  long Send(std::string_view head, std::string_view body) override {
    ++socket_.sends;
    if (socket_.broken) return -1;
    const std::size_t from_head = std::min(head.size(), socket_.room);
    const std::size_t from_body = std::min(body.size(), socket_.room - from_head);
    socket_.sent.append(head.substr(0, from_head)).append(body.substr(0, from_body));
    socket_.room -= from_head + from_body;
    return static_cast<long>(from_head + from_body);
  }
  void AwaitWritable() override { ++socket_.writable_awaited; }
  void ResumeSoon() override { ++socket_.resumes_asked; }
  void EndSending() override { socket_.sending_ended = true; }
  void Cut() override { socket_.cut = true; }

 private:
  FakeSocket& socket_;
};

}  // namespace bw::http
