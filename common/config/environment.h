// The process environment as a value, so that tests pass their own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bw::config {

class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables)
      : variables_(std::move(variables)) {}

  /// A copy of the process's environment; the only reader of it is env.cc.
  static Environment FromProcess();

  /// nullopt when unset or empty: an empty variable means "not configured" everywhere.
  std::optional<std::string_view> Get(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace bw::config
