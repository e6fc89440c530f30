// How long documents take from file to tools, parsed and from the compiled cache.
// Usage: load_bench FILE…
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "tool-service/openapi/catalogue_loader.h"

namespace {

using bw::tool_service::CompiledDocuments;
using bw::tool_service::DocumentCatalogue;
using bw::tool_service::ReadDocuments;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 7;

// The median of several rounds.
void Measure(const std::vector<std::string>& files, const CompiledDocuments* compiled,
             const char* name) {
  std::vector<double> times;
  std::size_t tools = 0;
  for (int i = 0; i < kRounds; ++i) {
    const auto begin = Clock::now();
    DocumentCatalogue catalogue({}, {}, {}, compiled);
    tools = catalogue.Load(ReadDocuments(files)).tools.size();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("%8.1f ms  %4zu tools  %-8s  %s\n", times[kRounds / 2], tools,
              compiled == nullptr ? "parsed" : "compiled", name);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> paths(argv + 1, argv + argc);
  if (paths.empty()) {
    std::fputs("usage: load_bench FILE…\n", stderr);
    return 2;
  }
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("bw-load-bench." + std::to_string(getpid()));
  const CompiledDocuments compiled(folder.string(), "bench");
  for (const std::string& path : paths) {
    Measure({path}, nullptr, path.c_str());
    Measure({path}, &compiled, path.c_str());
  }
  Measure(paths, nullptr, "all together");
  Measure(paths, &compiled, "all together");
  std::filesystem::remove_all(folder);
}
