// searchTools, describeTool and callTool: a way to every enabled tool for a client that is shown
// three.
#pragma once

#include <cstddef>
#include <vector>

#include "tool-service/core/default_arguments.h"
#include "tool-service/core/registry.h"
#include "tool-service/core/toolbox.h"

namespace bw::tool_service {

/// Tools one search gives at most.
inline constexpr int kMaxFoundTools = 25;
/// Of each, so much of what it says about itself.
inline constexpr std::size_t kMaxAboutBytes = 160;

/// Both outlive the tools.
std::vector<CatalogueEntry> MakeSearchTools(Toolbox& toolbox, DefaultArguments& defaults);

}  // namespace bw::tool_service
