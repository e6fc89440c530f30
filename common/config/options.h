// Configuration from flags, environment and defaults: a flag beats the environment, which beats the
// default. Every problem is reported at once, before a port opens; unknown flags are refused.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/environment.h"
#include "common/config/secret.h"
#include "common/status/status.h"

namespace bw::config {

/// What LoadConfig of a service returns.
template <typename Config>
struct Outcome {
  Config config;
  /// Set for --help and --version: print it, exit 0.
  std::optional<std::string> text_to_print;
};

/// How one option is called. An empty flag or variable means it cannot be set that way.
struct Name {
  std::string flag;      // "--port"
  std::string variable;  // "BW_MCP_PORT"
  std::string help;      // one line, with units and allowed values
};

struct IntRange {
  std::int64_t min;
  std::int64_t max;
};

/// Declares options over the members of a Config, whose present values are the defaults.
///
///   config::Options options("bw-gateway", "Speaks MCP to agents.");
///   options.Text({"--host", "BW_MCP_HOST", "Address to listen on"}, &config.host);
///   options.Int({"--port", "BW_MCP_PORT", "Port; 0 picks a free one"}, {0, 65535}, &config.port);
///   BW_ASSIGN_OR_RETURN(auto text, options.Parse(environment, args));
class Options {
 public:
  Options(std::string program, std::string description);

  Options& Text(Name name, std::string* target);
  Options& Hidden(Name name, Secret* target);  // the value is never shown, not even its default
  Options& Int(Name name, IntRange range, int* target);
  Options& Int64(Name name, IntRange range, std::int64_t* target);
  /// `--flag`, `--flag=false`; variables take true, false, 1, 0, yes, no.
  Options& Bool(Name name, bool* target);
  /// One of `allowed`, compared after trimming and lower-casing.
  Options& Choice(Name name, std::vector<std::string> allowed, std::string* target);
  /// Comma separated; blanks around entries are trimmed, empty entries dropped.
  Options& List(Name name, std::vector<std::string>* target);

  /// Fills the targets. Returns a text for --help and --version, nothing otherwise.
  /// INVALID_ARGUMENT lists every problem, one a line.
  StatusOr<std::optional<std::string>> Parse(const Environment& environment,
                                             std::span<const std::string> args) const;

 private:
  struct Option {
    Name name;
    std::string default_text;
    bool is_bool = false;
    // Returns what is wrong with the value, or "".
    std::function<std::string(std::string_view)> set;
  };

  std::string EnvironmentOnly() const;

  std::string program_;
  std::string description_;
  std::vector<Option> options_;
};

}  // namespace bw::config
