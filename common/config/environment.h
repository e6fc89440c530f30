// The process environment as a value, so that tests pass their own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace bw::config {

class Environment {
 public:
  using Variables = std::map<std::string, std::string, std::less<>>;

  Environment() = default;
  explicit Environment(Variables variables) : variables_(std::move(variables)) {}

  /// A copy of the process's environment; the only reader of it is env.cc.
  static Environment FromProcess();

  /// nullopt when unset or empty: an empty variable means "not configured" everywhere.
  std::optional<std::string_view> Get(std::string_view name) const;

  /// For a program that passes its flags on to the services inside it.
  void Set(std::string name, std::string value);

 private:
  Variables variables_;
};

}  // namespace bw::config
