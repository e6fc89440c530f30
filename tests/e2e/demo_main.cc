// `./dev demo`: the scripted conversation against the four services and the sandbox, for a person
// to read.
#include <iostream>

#include "tests/e2e/conversation.h"
#include "tests/e2e/stack.h"

int main() {
  std::cout << "Starting the four services and the sandbox (an imitation of Bandwidth) …\n"
            << std::flush;
  const auto stack = bw::e2e::Stack::Start({.form = bw::e2e::Form::kServices});
  if (!stack.ok()) {
    std::cout << "PROBLEM: " << bw::ToString(stack.status()) << "\n";
    return 1;
  }
  bw::e2e::Report report = bw::e2e::HoldConversation((*stack)->endpoints());
  const bw::Status stopped = (*stack)->Stop();
  if (!stopped.ok()) report.problems.push_back(bw::ToString(stopped));
  std::cout << bw::e2e::Render(report);
  return report.problems.empty() ? 0 : 1;
}
