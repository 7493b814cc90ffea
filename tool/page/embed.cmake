# Makes the page's files in each language, and a C++ table of them. Run by the build:
#   cmake -D INTO=DIRECTORY -P embed.cmake
# What is served and what is tested is the same: the table holds the bytes of the files written beside it.
cmake_minimum_required(VERSION 3.21)

set(here ${CMAKE_CURRENT_LIST_DIR})
set(languages en zh)  # the first is for those who want neither
set(html_type "text/html; charset=utf-8")
set(css_type "text/css; charset=utf-8")
set(js_type "text/javascript; charset=utf-8")
set(svg_type "image/svg+xml")

# Words that are texts can stand in page.html as @name@; the script finds all of them in @words@.
function(make_page language)
  file(READ ${here}/words.${language}.json words)
  string(JSON count LENGTH "${words}")
  math(EXPR last "${count} - 1")
  foreach(index RANGE ${last})
    string(JSON name MEMBER "${words}" ${index})
    string(JSON ${name} GET "${words}" ${name})
  endforeach()
  file(READ ${here}/page.html page)
  string(CONFIGURE "${page}" page @ONLY)
  file(WRITE ${INTO}/page.${language}.html "${page}")
endfunction()

set(rows "")
function(add_row path language type file)
  file(READ ${INTO}/${file} body)
  string(FIND "${body}" ")page\"" delimiter)
  if(NOT delimiter EQUAL -1)
    message(FATAL_ERROR "${file} holds what ends a raw string")
  endif()
  string(APPEND rows "    {\"${path}\", \"${language}\", \"${type}\", R\"page(${body})page\"},\n")
  set(rows "${rows}" PARENT_SCOPE)
endfunction()

foreach(language ${languages})
  make_page(${language})
  add_row("/" ${language} "${html_type}" page.${language}.html)
endforeach()
file(GLOB files RELATIVE ${here} ${here}/*.css ${here}/*.js ${here}/*.svg)
foreach(file ${files})
  file(COPY ${here}/${file} DESTINATION ${INTO})
  string(REGEX REPLACE ".*\\." "" extension ${file})
  add_row("/${file}" "" "${${extension}_type}" ${file})
endforeach()

file(WRITE ${INTO}/page_files.hpp "// Made by tool/page/embed.cmake, for page.cpp.\n#pragma once\n
namespace pitstop::tool {\n\nconstexpr PageFile page_files[] = {\n${rows}};\n\n}  // namespace pitstop::tool\n")
