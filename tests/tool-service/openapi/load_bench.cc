// How long documents take from file to tools. Usage: load_bench FILE…
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "tool-service/openapi/catalogue_loader.h"

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  const std::vector<std::string> paths(argv + 1, argv + argc);
  if (paths.empty()) {
    std::fputs("usage: load_bench FILE…\n", stderr);
    return 2;
  }
  constexpr int kRounds = 5;
  const auto measure = [](const std::vector<std::string>& files, const char* name) {
    std::vector<double> times;
    std::size_t tools = 0;
    for (int i = 0; i < kRounds; ++i) {
      const auto begin = Clock::now();
      tools = bw::tool_service::LoadTools(files, {}).tools.size();
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    }
    std::sort(times.begin(), times.end());
    std::printf("%8.1f ms  %4zu tools  %s\n", times[kRounds / 2], tools, name);
  };
  for (const std::string& path : paths) measure({path}, path.c_str());
  if (paths.size() > 1) measure(paths, "all together");
}
