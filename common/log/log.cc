#include "common/log/log.h"

#include <array>
#include <charconv>
#include <memory>
#include <type_traits>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "common/clock/clock.h"

namespace bw::log {
namespace {

struct LevelName {
  Level level;
  std::string_view name;
  spdlog::level::level_enum native;
};

constexpr std::array<LevelName, 5> kLevels{{{Level::kDebug, "debug", spdlog::level::debug},
                                            {Level::kInfo, "info", spdlog::level::info},
                                            {Level::kWarning, "warning", spdlog::level::warn},
                                            {Level::kError, "error", spdlog::level::err},
                                            {Level::kOff, "off", spdlog::level::off}}};

const LevelName& Find(Level level) { return kLevels[static_cast<std::size_t>(level)]; }

// The message is a finished JSON line; spdlog only filters and writes it whole.
spdlog::logger& Logger() {
  static const auto logger = [] {
    auto made =
        std::make_shared<spdlog::logger>("bw", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::info);
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *logger;
}

void AppendQuoted(std::string& line, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  line += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20) {
      line += "\\u00";
      line += kHex[byte >> 4];
      line += kHex[byte & 15];
    } else {
      line += c;
    }
  }
  line += '"';
}

void AppendValue(std::string& line, const Field::Value& value) {
  std::visit(
      [&line](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::string_view>) {
          AppendQuoted(line, v);
        } else if constexpr (std::is_same_v<T, bool>) {
          line += v ? "true" : "false";
        } else {
          std::array<char, 32> digits{};
          const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), v).ptr;
          line.append(digits.data(), end);
        }
      },
      value);
}

void Write(Level level, std::string_view event, Fields fields) {
  if (!IsEnabled(level)) return;
  std::string line = "{\"time\":\"" + FormatIso8601(SystemClock().NowMs()) + "\",\"level\":\"";
  line += Find(level).name;
  line += "\",\"event\":";
  AppendQuoted(line, event);
  for (const Field& field : fields) {
    line += ',';
    AppendQuoted(line, field.name);
    line += ':';
    AppendValue(line, field.value);
  }
  line += '}';
  Logger().log(Find(level).native, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void Debug(std::string_view event, Fields fields) { Write(Level::kDebug, event, fields); }
void Info(std::string_view event, Fields fields) { Write(Level::kInfo, event, fields); }
void Warning(std::string_view event, Fields fields) { Write(Level::kWarning, event, fields); }
void Error(std::string_view event, Fields fields) { Write(Level::kError, event, fields); }

void SetLevel(Level level) { Logger().set_level(Find(level).native); }

StatusOr<Level> ParseLevel(std::string_view name) {
  for (const LevelName& entry : kLevels) {
    if (entry.name == name) return entry.level;
  }
  return InvalidArgument("log level '" + std::string(name) +
                         "' is not one of debug, info, warning, error, off");
}

bool IsEnabled(Level level) { return Logger().should_log(Find(level).native); }

std::string PhoneTail(std::string_view number) {
  constexpr std::size_t kShown = 4;
  if (number.size() < kShown + 3) return "…";
  return "…" + std::string(number.substr(number.size() - kShown));
}

}  // namespace bw::log
