#include "common/process/process.h"
#include "sandbox/app.h"
#include "sandbox/config.h"

int main(int argc, char** argv) {
  return bw::process::Main(argc, argv, bw::sandbox::LoadConfig, bw::sandbox::App::Start);
}
