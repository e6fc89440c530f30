#include "callback-service/core/payload.h"

#include <optional>

#include "common/clock/clock.h"

namespace bw::callback_service {

std::string TextOf(const json::Json& object, std::string_view key, std::size_t max_bytes) {
  const std::optional<std::string_view> text = json::GetString(object, key);
  return text ? std::string(CutUtf8(*text, max_bytes)) : std::string();
}

StatusOr<std::string> IdOf(const json::Json& object, std::string_view key, std::size_t max_bytes) {
  const json::Json* member = json::Find(object, key);
  if (member == nullptr || member->is_null()) return std::string();
  const std::optional<std::string_view> text = json::GetString(object, key);
  if (!text) return InvalidArgument(std::string(key) + " must be a string");
  if (text->size() > max_bytes) {
    return InvalidArgument(std::string(key) + " has " + std::to_string(text->size()) +
                           " bytes; at most " + std::to_string(max_bytes) + " are allowed");
  }
  return std::string(*text);
}

std::int64_t TimeOf(const json::Json& object, std::string_view key) {
  const std::optional<std::string_view> text = json::GetString(object, key);
  if (!text) return 0;
  const StatusOr<std::int64_t> time = ParseIso8601(*text);
  return time.ok() ? *time : 0;
}

std::string_view CutUtf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  const auto continues = [&](std::size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
  };
  while (end > 0 && continues(end)) --end;
  return text.substr(0, end);
}

}  // namespace bw::callback_service
