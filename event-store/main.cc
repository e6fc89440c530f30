#include "common/process/process.h"
#include "event-store/app.h"
#include "event-store/config.h"

int main(int argc, char** argv) {
  return bw::process::Main(
      argc, argv, bw::event_store::LoadConfig,
      [](const bw::event_store::Config& config) { return bw::event_store::App::Start(config); });
}
