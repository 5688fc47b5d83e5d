// What load/peers runs of Go's, told by a settings file (the first argument), and answering on standard output as every harness there
// does: "read FILE" takes requests into memory; "round" goes over them once and says what processor time that took;
// "write FILE" does the same work once more and keeps what comes out, so that what was caught can be looked at.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// An engine makes of a request what would leave. Where keep is false, one that only detects need not make anything.
type engine interface {
	redact(request []byte, keep bool) []byte
}

type settings struct {
	Engine     string
	Processors []processorSettings
	Rules      string
}

func main() {
	chosen := read(os.Args[1])
	engine := engineOf(chosen)
	var requests [][]byte
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		if path, found := strings.CutPrefix(commands.Text(), "read "); found {
			requests = split(must(os.ReadFile(path)))
			fmt.Println("{\"seconds\":0}")
			continue
		}
		path, keep := strings.CutPrefix(commands.Text(), "write ")
		var kept []byte
		started := cpuSeconds()
		for _, request := range requests {
			out := engine.redact(request, keep)
			if keep {
				kept = append(binary.LittleEndian.AppendUint32(kept, uint32(len(out))), out...)
			}
		}
		seconds := cpuSeconds() - started
		if keep {
			check(os.WriteFile(path, kept, 0o600))
		}
		fmt.Printf("{\"seconds\":%f}\n", seconds)
	}
}

func engineOf(chosen settings) engine {
	switch chosen.Engine {
	case "collector":
		return newCollector(chosen.Processors)
	case "gitleaks":
		return newGitleaks(chosen.Rules)
	}
	panic("no such engine: " + chosen.Engine)
}

func read(path string) (chosen settings) {
	check(json.Unmarshal(must(os.ReadFile(path)), &chosen))
	return chosen
}

// The input file: requests, each behind its length in four bytes, little-endian.
func split(content []byte) (requests [][]byte) {
	for len(content) > 0 {
		length := binary.LittleEndian.Uint32(content)
		requests = append(requests, content[4:4+length])
		content = content[4+length:]
	}
	return requests
}

// Processor seconds of this process so far, all threads: the collector of garbage is part of the price.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Sec+usage.Stime.Sec) + float64(usage.Utime.Usec+usage.Stime.Usec)/1e6
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
