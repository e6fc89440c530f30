#include "gateway/http/sse.h"

namespace bw::gateway {

std::string SseEvent(std::string_view data, std::string_view name) {
  std::string event = "event: ";
  event.append(name).append(1, '\n');
  event.reserve(event.size() + data.size() + 16);
  while (true) {
    // A line ends with CR, LF or both.
    const std::size_t end = data.find_first_of("\r\n");
    event.append("data: ").append(data.substr(0, end)).append(1, '\n');
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  event.append(1, '\n');
  return event;
}

}  // namespace bw::gateway
