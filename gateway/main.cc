#include "common/process/process.h"
#include "gateway/app.h"
#include "gateway/config.h"

int main(int argc, char** argv) {
  return bw::process::Main(
      argc, argv, bw::gateway::LoadConfig,
      [](const bw::gateway::Config& config) { return bw::gateway::App::Start(config); });
}
