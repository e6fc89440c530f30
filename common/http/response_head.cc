#include "common/http/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string_view>

namespace bw::http {
namespace {

constexpr std::array<std::string_view, 4> kServerFields{"Content-Length", "Transfer-Encoding",
                                                        "Connection", "Date"};
constexpr int kFirstStatus = 200;
constexpr int kLastStatus = 599;
constexpr std::size_t kUsualHeadBytes = 256;

bool IsServerField(std::string_view name) {
  return std::any_of(kServerFields.begin(), kServerFields.end(),
                     [&](std::string_view field) { return EqualsIgnoringCase(field, name); });
}

bool IsTokenChar(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

bool IsValueChar(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

void AppendNumber(std::string* out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out->append(digits.data(), end);
}

void AppendField(std::string* out, std::string_view name, std::string_view value) {
  out->append(name).append(": ").append(value).append("\r\n");
}

// Formatting costs more than the rest of a head, and the text changes once a second.
std::string_view HttpDate(std::int64_t now_ms) {
  thread_local std::int64_t second = -1;
  thread_local std::string text;
  if (second != now_ms / 1000) {
    second = now_ms / 1000;
    text = FormatHttpDate(now_ms);
  }
  return text;
}

}  // namespace

bool StatusForbidsBody(int status) { return status < 200 || status == 204 || status == 304; }

bool AsksToClose(const Response& response) {
  const auto connection = response.headers.Get("Connection");
  return connection && EqualsIgnoringCase(*connection, "close");
}

bool IsSendable(const Response& response) {
  if (response.status < kFirstStatus || response.status > kLastStatus) return false;
  const auto& fields = response.headers.all();
  return std::all_of(fields.begin(), fields.end(), [](const auto& field) {
    const auto& [name, value] = field;
    return !name.empty() && std::all_of(name.begin(), name.end(), IsTokenChar) &&
           std::all_of(value.begin(), value.end(), IsValueChar);
  });
}

std::string SerializeResponseHead(const Response& response, const ResponseHeadOptions& options) {
  std::string head;
  head.reserve(kUsualHeadBytes);
  head += "HTTP/1.1 ";
  AppendNumber(&head, static_cast<std::uint64_t>(response.status));
  head += ' ';
  head += ReasonPhrase(response.status);
  head += "\r\n";
  AppendField(&head, "Date", HttpDate(options.now_ms));
  for (const auto& [name, value] : response.headers.all()) {
    if (!IsServerField(name)) AppendField(&head, name, value);
  }
  if (!StatusForbidsBody(response.status)) {
    if (options.framing == BodyFraming::kContentLength) {
      head += "Content-Length: ";
      AppendNumber(&head, response.body.size());
      head += "\r\n";
    } else if (options.framing == BodyFraming::kChunked) {
      head += "Transfer-Encoding: chunked\r\n";
    }
  }
  if (!options.keep_alive) {
    head += "Connection: close\r\n";
  } else if (options.http_1_0) {
    head += "Connection: keep-alive\r\n";
  }
  head += "\r\n";
  return head;
}

std::string FormatHttpDate(std::int64_t now_ms) {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = now_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text;  // strftime would follow the process's locale
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[parts.tm_wday], parts.tm_mday, kMonths[parts.tm_mon],
                                 parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace bw::http
