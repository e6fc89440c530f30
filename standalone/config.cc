#include "standalone/config.h"

#include <array>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bw::standalone {
namespace {

struct Shorthand {
  const char* flag;
  const char* variable;
  const char* help;
};

// Every other setting of a service is set by its variable; `bw-<service> --help` lists them.
constexpr std::array kShorthands{
    Shorthand{"--host", "BW_MCP_HOST", "Address of the MCP endpoint [127.0.0.1]"},
    Shorthand{"--port", "BW_MCP_PORT", "Port of the MCP endpoint; 0 picks a free one [8080]"},
    Shorthand{"--callback-host", "BW_CALLBACK_HOST", "Address for webhooks [127.0.0.1]"},
    Shorthand{"--callback-port", "BW_CALLBACK_PORT",
              "Port for webhooks; 0 picks a free one [8081]"},
    Shorthand{"--base-url", "BW_MCP_BASE_URL", "Public URL that leads to the callback port"},
    Shorthand{"--hold-ms", "BW_CALLBACK_HOLD_MS", "How long a caller waits in silence [4000]"},
    Shorthand{"--data-dir", "BW_DATA_DIR", "Folder of the database; :memory: keeps nothing"},
    Shorthand{"--spec-dir", "BW_SPEC_DIR", "Folder of your own OpenAPI documents"},
    Shorthand{"--profile", "BW_MCP_PROFILE", "Which set of tools to offer"},
    Shorthand{"--tools", "BW_MCP_TOOLS", "Tools to offer, by name, comma separated"},
    Shorthand{"--exclude-tools", "BW_MCP_EXCLUDE_TOOLS", "Tools to leave out, comma separated"},
    Shorthand{"--confirm", "BW_MCP_CONFIRM",
              "Tools that ask a person first: never, destructive, costly"},
    Shorthand{"--log-level", "BW_LOG_LEVEL", "debug, info, warning, error or off [info]"},
};

// What cloudflared may need of our environment: where it finds things, and the way to the internet.
constexpr std::array kTunnelVariables{"PATH",        "HOME",          "TMPDIR",      "HTTP_PROXY",
                                      "HTTPS_PROXY", "NO_PROXY",      "http_proxy",  "https_proxy",
                                      "no_proxy",    "SSL_CERT_FILE", "SSL_CERT_DIR"};

// Appends the lines of `status` that no part has reported before.
void Collect(const Status& status, std::set<std::string, std::less<>>& seen,
             std::string& problems) {
  std::string_view left = Message(status);
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const auto [line, is_new] = seen.emplace(left.substr(0, end));
    if (is_new) problems += (problems.empty() ? "" : "\n") + *line;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
}

// Appends to `text` what `help` of a service says of variables that `text` does not name yet:
// "--flag <meaning> (VARIABLE)", or VARIABLE and its meaning on two lines where there is no flag.
void AppendVariables(const std::string& help, std::string& text) {
  static const std::regex entry(
      R"(\n(?:  --[a-z0-9-]+)?\s{2,}([^\n]+) \((BW_[A-Z0-9_]+)\)|\n  (BW_[A-Z0-9_]+)\n\s+([^\n]+))");
  for (std::sregex_iterator at(help.begin(), help.end(), entry), end; at != end; ++at) {
    const std::smatch& match = *at;
    const std::string variable = match[2].matched ? match[2] : match[3];
    // Addresses between services mean nothing where they share a process.
    if (variable.ends_with("_LISTEN") || variable.ends_with("_ADDRESS")) continue;
    if (std::regex_search(text, std::regex("\\b" + variable + "\\b"))) continue;
    const std::string meaning = match[2].matched ? match[1] : match[4];
    text += "  " + variable + "\n" + std::string(30, ' ') + meaning + "\n";
  }
}

// Our own help, and behind it the settings of the services inside: their variables all work here.
std::string WholeHelp(std::string text) {
  if (text.find("Usage:") == std::string::npos) return text;  // --version
  text += "\nThe services inside take these from the environment:\n";
  const std::vector<std::string> help{"--help"};
  const auto append = [&](auto load) {
    const auto loaded = load({}, help);
    if (loaded.ok()) AppendVariables(loaded->text_to_print.value_or(""), text);
  };
  append(tool_service::LoadConfig);
  append(gateway::LoadConfig);
  append(callback_service::LoadConfig);
  append(event_store::LoadConfig);
  return text;
}

}  // namespace

StatusOr<config::Outcome<Config>> LoadConfig(const config::Environment& environment,
                                             std::span<const std::string> args) {
  config::Outcome<Config> outcome;
  Config& config = outcome.config;
  std::string transport = "http";
  std::array<std::string, kShorthands.size()> values;
  config::Options options(
      "bandwidth-mcp",
      "Gives AI agents a phone: MCP in front, Bandwidth behind, all services in one process.");
  options
      .Choice({"--transport", "BW_MCP_TRANSPORT", "http or stdio"}, {"http", "stdio"}, &transport)
      .Text({"--admin-host", "BW_ADMIN_HOST", "Address of /metrics, /healthz and /readyz"},
            &config.admin_host)
      .Bool({"--dev-tunnel", "BW_MCP_DEV_TUNNEL",
             "Let cloudflared make the public URL of the callbacks where none is set"},
            &config.dev_tunnel)
      .Int({"--admin-port", "BW_ADMIN_PORT", "Its port; 0 picks a free one, -1 opens none"},
           {-1, 65'535}, &config.admin_port);
  for (std::size_t i = 0; i < kShorthands.size(); ++i) {
    options.Text({kShorthands[i].flag, kShorthands[i].variable, kShorthands[i].help}, &values[i]);
  }

  std::set<std::string, std::less<>> seen;
  std::string problems;
  auto text = options.Parse(environment, args);
  if (!text.ok()) Collect(text.status(), seen, problems);
  if (text.ok() && text->has_value()) {
    outcome.text_to_print = WholeHelp(**text);
    return outcome;
  }
  config::Environment merged = environment;
  for (std::size_t i = 0; i < kShorthands.size(); ++i) {
    if (!values[i].empty()) merged.Set(kShorthands[i].variable, values[i]);
  }
  // The parts have no operator's port of their own; ours serves all metrics.
  merged.Set("BW_ADMIN_PORT", "-1");
  const auto load = [&](auto load_part, auto& part) {
    auto loaded = load_part(merged, std::span<const std::string>());
    if (!loaded.ok()) return Collect(loaded.status(), seen, problems);
    part = std::move(loaded->config);
  };
  load(event_store::LoadConfig, config.event_store);
  load(tool_service::LoadConfig, config.tool_service);
  load(callback_service::LoadConfig, config.callback_service);
  load(gateway::LoadConfig, config.gateway);
  if (!problems.empty()) return InvalidArgument(problems);
  config.stdio = transport == "stdio";
  config.has_base_url = merged.Get("BW_MCP_BASE_URL").has_value();
  config.search_path = environment.Get("PATH").value_or("");
  for (const char* variable : kTunnelVariables) {
    const auto value = environment.Get(variable);
    if (value) config.tunnel_environment.push_back(variable + ("=" + std::string(*value)));
  }
  return outcome;
}

}  // namespace bw::standalone
