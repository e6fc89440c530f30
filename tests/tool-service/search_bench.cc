// searchTools over a whole account's tools: how long a search takes, and what it costs the agent
// beside being shown every tool. With BW_REAL_SPECS_DIR over the documents that are published, else
// over the bundled ones and copies of their tools.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "tests/tool-service/fakes.h"
#include "tests/tool-service/tool_questions.h"
#include "tool-service/builtin/search_tools.h"
#include "tool-service/openapi/catalogue_loader.h"

namespace bw::tool_service {
namespace {

using Clock = std::chrono::steady_clock;

// Bandwidth's published documents have about as many operations.
constexpr std::size_t kTools = 440;
constexpr int kRounds = 100;
constexpr std::size_t kBytesPerToken = 4;

// The same tool under another name.
class Copy : public Tool {
 public:
  Copy(const Tool& original, const std::string& name) : definition_(original.definition()) {
    definition_.name = name;
  }
  const ToolDefinition& definition() const override { return definition_; }
  void Call(json::Json, CallContext, Done done) override { done(TextResult("")); }

 private:
  ToolDefinition definition_;
};

std::vector<CatalogueEntry> LoadEntries() {
  const char* real = std::getenv("BW_REAL_SPECS_DIR");
  const auto paths = ListDocuments(real == nullptr ? "specs" : real);
  if (!paths.ok()) {
    std::fprintf(stderr, "%s; run it where the folder specs is\n",
                 ToString(paths.status()).c_str());
    std::exit(2);
  }
  std::vector<CatalogueEntry> entries;
  for (const auto& tool : LoadTools(*paths, {}).tools) {
    entries.push_back({.tool = tool, .document = tool->operation().document});
  }
  const std::size_t loaded = entries.size();
  for (std::size_t i = 0; real == nullptr && entries.size() < kTools; ++i) {
    const CatalogueEntry original = entries[i % loaded];
    const std::string name = original.tool->definition().name + "_" + std::to_string(i / loaded);
    entries.push_back(
        {.tool = std::make_shared<Copy>(*original.tool, name), .document = original.document});
  }
  return entries;
}

std::size_t ListedBytes(const CatalogueEntry& entry) {
  const ToolDefinition& definition = entry.tool->definition();
  return json::Dump({{"name", definition.name},
                     {"title", definition.title},
                     {"description", definition.description},
                     {"inputSchema", definition.input_schema},
                     {"outputSchema", definition.output_schema.value_or(json::Json())}})
      .size();
}

std::size_t ListedBytes(const std::vector<CatalogueEntry>& entries) {
  std::size_t bytes = 0;
  for (const CatalogueEntry& entry : entries) bytes += ListedBytes(entry);
  return bytes;
}

double Micros(Clock::duration took) {
  return std::chrono::duration<double, std::micro>(took).count();
}

void Measure() {
  Registry registry;
  Toolbox toolbox(registry, SelectionPolicy({.profile = "search"}, false));
  NoDefaults defaults;
  std::vector<CatalogueEntry> entries = LoadEntries();
  const std::size_t tools = entries.size();
  const std::size_t all_bytes = ListedBytes(entries);
  const std::vector<CatalogueEntry> search = MakeSearchTools(toolbox, defaults);
  entries.insert(entries.end(), search.begin(), search.end());
  registry.Replace(std::move(entries));
  const auto index_from = Clock::now();
  (void)toolbox.IndexOf(registry.Snapshot());
  const double indexing = Micros(Clock::now() - index_from);
  std::vector<double> times;
  std::size_t text_bytes = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const Question& question : kQuestions) {
      const auto from = Clock::now();
      const ToolResult result =
          Run(*registry.Snapshot()->Find("searchTools")->tool, {{"query", question.asked}});
      times.push_back(Micros(Clock::now() - from));
      if (round == 0) text_bytes += TextOf(result).size();
    }
  }
  std::sort(times.begin(), times.end());
  std::printf("searchTools over %zu tools: p50 %.0f us  p99 %.0f us  (%zu searches)\n", tools,
              times[times.size() / 2], times[times.size() * 99 / 100], times.size());
  std::printf("index made in %.1f ms\n", indexing / 1000);
  std::printf(
      "tokens (bytes / 4): all tools listed %zu, the three search tools %zu, "
      "a search's words %zu on average\n",
      all_bytes / kBytesPerToken, ListedBytes(search) / kBytesPerToken,
      text_bytes / std::size(kQuestions) / kBytesPerToken);
}

}  // namespace
}  // namespace bw::tool_service

int main() { bw::tool_service::Measure(); }
