// The fake tool service on a port, for trying MCP clients against a real bw-gateway:
//   fake_tool_service 127.0.0.1:50052
#include <iostream>

#include "common/process/process.h"
#include "common/rpc/rpc.h"
#include "tests/gateway/fake_tool_service.h"

int main(int argc, char** argv) {
  bw::process::StopSignal stop;
  bw::gateway::FakeToolService service;
  auto server =
      bw::rpc::Server::Start({.listen = argc > 1 ? argv[1] : "127.0.0.1:50052"}, {&service});
  if (!server.ok()) {
    std::cerr << bw::ToString(server.status()) << "\n";
    return 1;
  }
  (*server)->SetServing(true);
  std::cerr << "listening on port " << (*server)->port() << "\n";
  stop.Wait();
  return 0;
}
