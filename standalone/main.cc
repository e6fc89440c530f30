#include "common/process/process.h"
#include "standalone/app.h"
#include "standalone/config.h"

int main(int argc, char** argv) {
  return bw::process::Main(argc, argv, bw::standalone::LoadConfig, bw::standalone::App::Start);
}
