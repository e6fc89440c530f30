#include "tests/deploy/deployment_files.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace bw::deploy {
namespace {

std::size_t Indent(std::string_view line) {
  const std::size_t indent = line.find_first_not_of(' ');
  return indent == std::string_view::npos ? line.size() : indent;
}

// The lines below `head`, which stands at `indent`, as long as they are indented further.
std::string Block(const std::string& text, const std::string& head, std::size_t indent) {
  std::string block;
  bool inside = false;
  for (const std::string& line : Lines(text)) {
    const bool blank = Indent(line) == line.size();
    if (inside && !blank && Indent(line) <= indent) break;
    if (inside) block += line + "\n";
    if (line == std::string(indent, ' ') + head) inside = true;
  }
  return block;
}

}  // namespace

const std::vector<Component>& Components() {
  static const std::vector<Component> components{
      {"gateway", "bw-gateway", {"BW_MCP_PORT", "BW_ADMIN_PORT"}},
      {"callback-service", "bw-callback-service", {"BW_CALLBACK_PORT", "BW_ADMIN_PORT"}},
      {"tool-service", "bw-tool-service", {"BW_TOOL_SERVICE_LISTEN", "BW_ADMIN_PORT"}},
      {"event-store", "bw-event-store", {"BW_EVENT_STORE_LISTEN", "BW_ADMIN_PORT"}},
      {"sandbox", "bw-sandbox", {"BW_SANDBOX_PORT"}},
      {"standalone",
       "bandwidth-mcp",
       {"BW_MCP_PORT", "BW_CALLBACK_PORT", "BW_ADMIN_PORT"},
       /*in_compose=*/false,
       /*in_chart=*/false},
  };
  return components;
}

std::string Root() {
  const char* root = std::getenv("BW_SOURCE_DIR");
  return root == nullptr ? "." : root;
}

std::string ReadFile(const std::string& path) {
  std::ifstream stream(Root() + "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::vector<std::string> Lines(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::set<std::string> VariablesIn(const std::string& text) {
  static const std::regex kName("\\bBW_[A-Z0-9_]*[A-Z0-9]\\b");
  return {std::sregex_token_iterator(text.begin(), text.end(), kName),
          std::sregex_token_iterator()};
}

Settings ParseHelp(const std::string& help) {
  static const std::regex kSetting("(?:\\[([^\\[\\]\n]*)\\] )?\\((BW_[A-Z0-9_]+)\\)");
  static const std::regex kEnvironmentOnly("\n  (BW_[A-Z0-9_]+)\n");
  Settings settings;
  for (std::sregex_iterator match(help.begin(), help.end(), kSetting), end; match != end; ++match) {
    settings[(*match)[2]] = (*match)[1];
  }
  for (std::sregex_iterator match(help.begin(), help.end(), kEnvironmentOnly), end; match != end;
       ++match) {
    settings[(*match)[1]] = "";
  }
  return settings;
}

std::string DockerfileStage(const std::string& target) {
  std::string stage;
  bool inside = false;
  for (const std::string& line : Lines(ReadFile("deploy/docker/Dockerfile"))) {
    if (line.starts_with("FROM ")) inside = line.ends_with(" AS " + target);
    if (inside) stage += line + "\n";
  }
  return stage;
}

Settings DockerfileEnvironment(const std::string& target) {
  static const std::regex kPair("^(?:ENV|   ) (BW_[A-Z0-9_]+)=(\\S+)");
  Settings settings;
  for (const std::string& line : Lines(DockerfileStage(target))) {
    std::smatch match;
    if (std::regex_search(line, match, kPair)) settings[match[1]] = match[2];
  }
  return settings;
}

std::string ComposeService(const std::string& service) {
  return Block(Block(ReadFile("deploy/compose/compose.yaml"), "services:", 0), service + ":", 2);
}

std::set<std::string> ComposeEnvironment(const std::string& service) {
  std::set<std::string> names;
  for (const std::string& line : Lines(Block(ComposeService(service), "environment:", 4))) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos) names.insert(line.substr(Indent(line), colon - Indent(line)));
  }
  return names;
}

Settings EnvFile(const std::string& path, bool with_comments) {
  const std::regex pair(std::string(with_comments ? "^(?:# ?)?" : "^") + "([A-Z][A-Z0-9_]*)=(.*)$");
  Settings settings;
  for (const std::string& line : Lines(ReadFile(path))) {
    std::smatch match;
    if (std::regex_match(line, match, pair)) settings[match[1]] = match[2];
  }
  return settings;
}

std::string PortOf(const std::string& value) { return value.substr(value.rfind(':') + 1); }

}  // namespace bw::deploy
