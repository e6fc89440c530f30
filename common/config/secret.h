#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace bw::config {

/// A value that must never reach a log: printing it gives "***". Reveal() is the only way to it,
/// and easy to search for.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend std::ostream& operator<<(std::ostream& out, const Secret& secret) {
    return out << (secret.empty() ? "" : "***");
  }

 private:
  std::string value_;
};

}  // namespace bw::config
