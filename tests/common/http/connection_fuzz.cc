// Arbitrary bytes in arbitrary pieces: the requests handed to the handler and the bytes sent back
// must be those of the same bytes in one piece.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock/clock.h"
#include "common/http/connection.h"
#include "tests/common/http/fake_sink.h"

namespace bw::http {
namespace {

// Small limits, so that short inputs reach them.
ServerOptions SmallLimits() {
  ServerOptions options;
  options.max_header_bytes = 256;
  options.max_body_bytes = 64;
  return options;
}

std::string Describe(const Request& request) {
  std::string text = request.method + " " + request.target + " " + request.path + "\n";
  for (const auto& [name, value] : request.query) text += name + "=" + value + "\n";
  for (const auto& [name, value] : request.headers.all()) text += name + ": " + value + "\n";
  return text + "\n" + request.body;
}

struct Result {
  std::vector<std::string> requests;
  std::string sent;  // without interim replies: whether one is due depends on when the body came
  bool ended = false;
  bool operator==(const Result&) const = default;
};

std::string WithoutContinue(std::string text) {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  for (std::size_t at = 0; (at = text.find(kContinue, at)) != std::string::npos;) {
    text.erase(at, kContinue.size());
  }
  return text;
}

Result Run(const std::vector<std::string_view>& pieces, bool reply_at_once) {
  const FakeClock clock;
  Result result;
  std::vector<std::shared_ptr<Exchange>> held;
  FakeSocket socket;
  const auto state = std::make_shared<ServerState>(
      SmallLimits(),
      [&](std::shared_ptr<Exchange> exchange) {
        result.requests.push_back(Describe(exchange->request()));
        if (reply_at_once) exchange->Reply(TextResponse(200, "ok"));
        held.push_back(std::move(exchange));
      },
      clock);
  const auto connection =
      std::make_shared<Connection>(state, std::make_unique<FakeSink>(socket), "fuzz");
  for (const std::string_view piece : pieces) connection->OnInput(piece);
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto exchange = held[i];
    exchange->Reply(TextResponse(200, "ok"));
    connection->Resume();
  }
  connection->OnClosed();
  result.sent = WithoutContinue(socket.sent);
  result.ended = socket.sending_ended || socket.cut;
  return result;
}

void Check(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "violated: " << what << "\n";
  std::abort();
}

}  // namespace
}  // namespace bw::http

// The first byte seeds the split, the rest is the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using bw::http::Check;
  using bw::http::Run;
  if (size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string_view> random_pieces;
  std::vector<std::string_view> bytes;
  std::uint32_t seed = data[0] + 1u;
  for (std::size_t at = 0; at < stream.size();) {
    seed = seed * 1664525u + 1013904223u;
    const std::size_t length = 1 + (seed >> 24) % 32;
    random_pieces.push_back(stream.substr(at, length));
    at += length;
  }
  for (std::size_t at = 0; at < stream.size(); ++at) bytes.push_back(stream.substr(at, 1));

  const auto whole = Run({stream}, true);
  Check(Run(random_pieces, true) == whole, "random pieces read like the whole");
  Check(Run(bytes, true) == whole, "single bytes read like the whole");
  const auto late = Run(random_pieces, false);
  Check(late.requests.size() <= whole.requests.size() &&
            std::equal(late.requests.begin(), late.requests.end(), whole.requests.begin()),
        "late replies change no request");
  return 0;
}
