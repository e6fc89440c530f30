#include "gateway/http/media_types.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace bw::gateway {
namespace {

// "Text/HTML ; charset=x" becomes "text/html".
std::string TypeOf(std::string_view value) {
  value = value.substr(0, value.find(';'));
  const std::size_t begin = std::min(value.find_first_not_of(" \t"), value.size());
  value.remove_prefix(begin);
  const std::size_t last = value.find_last_not_of(" \t");
  std::string type(value.substr(0, last == value.npos ? 0 : last + 1));
  for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return type;
}

struct RangeRow {
  std::string_view range;
  bool json;
  bool event_stream;
};
constexpr RangeRow kRanges[] = {
    {"*/*", true, true},     {"application/*", true, false},     {"application/json", true, false},
    {"text/*", false, true}, {"text/event-stream", false, true},
};

}  // namespace

bool IsJsonContent(const http::Headers& headers) {
  const auto value = headers.Get("Content-Type");
  return value && TypeOf(*value) == "application/json";
}

Accepts AcceptsOf(const http::Headers& headers) {
  const auto values = headers.GetAll("Accept");
  if (values.empty()) return {true, true};
  Accepts accepts;
  for (std::string_view value : values) {
    while (!value.empty()) {
      const std::size_t comma = std::min(value.find(','), value.size());
      const std::string type = TypeOf(value.substr(0, comma));
      value.remove_prefix(std::min(comma + 1, value.size()));
      for (const RangeRow& row : kRanges) {
        if (row.range != type) continue;
        accepts.json |= row.json;
        accepts.event_stream |= row.event_stream;
      }
    }
  }
  return accepts;
}

}  // namespace bw::gateway
