// What the files under deploy/ say, read line by line: they are ours, and their layout is regular.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bw::deploy {

/// One process as it is deployed.
struct Component {
  /// Target of the Dockerfile, service of the compose file, template of the chart.
  std::string name;
  std::string binary;
  /// Settings that hold the ports it listens on, such as BW_MCP_PORT or BW_EVENT_STORE_LISTEN.
  std::vector<std::string> port_variables;
  bool in_compose = true;
  bool in_chart = true;
};

const std::vector<Component>& Components();

/// The repository's root.
std::string Root();
/// The whole file, by its path below the root; "" when it cannot be read (the test then fails on
/// it).
std::string ReadFile(const std::string& path);
std::vector<std::string> Lines(std::string_view text);

/// Every BW_… name in `text`.
std::set<std::string> VariablesIn(const std::string& text);

/// What `--help` lists: every variable, with its default ("" when none is shown).
using Settings = std::map<std::string, std::string>;
Settings ParseHelp(const std::string& help);

/// The lines of one stage of the Dockerfile.
std::string DockerfileStage(const std::string& target);
/// NAME=value pairs of its ENV instructions.
Settings DockerfileEnvironment(const std::string& target);

/// The lines of one service of compose.yaml, and the variables that it sets.
std::string ComposeService(const std::string& service);
std::set<std::string> ComposeEnvironment(const std::string& service);

/// NAME=value lines of an env file; commented-out ones ("# NAME=value") count with `with_comments`.
Settings EnvFile(const std::string& path, bool with_comments = false);

/// The number behind the last colon, or the whole: "127.0.0.1:50051" and "50051" are 50051.
std::string PortOf(const std::string& value);

}  // namespace bw::deploy
