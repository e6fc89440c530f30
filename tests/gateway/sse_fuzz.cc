// The SSE writer: whatever the data, a reader of the stream gets exactly one event with that data
// (line ends normalised) and nothing else.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/http/sse.h"

namespace {

std::string Normalised(std::string_view data) {
  std::string text;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] == '\r' && i + 1 < data.size() && data[i + 1] == '\n') continue;
    text += data[i] == '\r' ? '\n' : data[i];
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const std::string_view data(reinterpret_cast<const char*>(input), size);
  std::string_view stream;
  const std::string event = bw::gateway::SseEvent(data);
  stream = event;
  std::string read;
  int events = 0;
  int data_lines = 0;
  while (!stream.empty()) {
    const std::size_t end = stream.find('\n');
    if (end == std::string_view::npos) std::abort();
    const std::string_view line = stream.substr(0, end);
    stream.remove_prefix(end + 1);
    if (line.empty()) {
      ++events;
    } else if (line.substr(0, 6) == "data: ") {
      if (data_lines++ > 0) read += '\n';
      read += line.substr(6);
    } else if (line != "event: message" || data_lines > 0) {
      std::abort();
    }
  }
  if (events != 1 || read != Normalised(data)) std::abort();
  return 0;
}
