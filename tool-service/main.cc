#include "common/process/process.h"
#include "tool-service/app.h"
#include "tool-service/config.h"

int main(int argc, char** argv) {
  return bw::process::Main(
      argc, argv, bw::tool_service::LoadConfig,
      [](const bw::tool_service::Config& config) { return bw::tool_service::App::Start(config); });
}
