// JSON lines on stderr: {"time":…,"level":"info","event":"webhook.received","request_id":…}. Events
// are `noun.verb`. Message texts, full phone numbers and secrets never go in; PhoneTail is for
// numbers.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "common/status/status.h"

namespace bw::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

struct Field {
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;
  Field(std::string_view name_in, std::string_view text) : name(name_in), value(text) {}
  Field(std::string_view name_in, const char* text)
      : name(name_in), value(std::string_view(text)) {}
  Field(std::string_view name_in, const std::string& text)
      : name(name_in), value(std::string_view(text)) {}
  Field(std::string_view name_in, bool flag) : name(name_in), value(flag) {}
  Field(std::string_view name_in, double number) : name(name_in), value(number) {}
  Field(std::string_view name_in, int number) : name(name_in), value(std::int64_t{number}) {}
  Field(std::string_view name_in, std::int64_t number) : name(name_in), value(number) {}
  Field(std::string_view name_in, std::uint64_t number)
      : name(name_in), value(static_cast<std::int64_t>(number)) {}

  std::string_view name;
  Value value;
};

using Fields = std::initializer_list<Field>;

/// Thread-safe; a line is written whole.
void Debug(std::string_view event, Fields fields = {});
void Info(std::string_view event, Fields fields = {});
void Warning(std::string_view event, Fields fields = {});
void Error(std::string_view event, Fields fields = {});

/// Lines below `level` are dropped. Starts at kInfo.
void SetLevel(Level level);
/// "debug", "info", "warning", "error" or "off".
StatusOr<Level> ParseLevel(std::string_view name);
bool IsEnabled(Level level);

/// "+15550101234" becomes "…1234"; anything shorter than seven characters becomes "…".
std::string PhoneTail(std::string_view number);

}  // namespace bw::log
