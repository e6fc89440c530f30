#include "callback-service/app.h"
#include "callback-service/config.h"
#include "common/process/process.h"

int main(int argc, char** argv) {
  return bw::process::Main(argc, argv, bw::callback_service::LoadConfig,
                           [](const bw::callback_service::Config& config) {
                             return bw::callback_service::App::Start(config);
                           });
}
