package main

import (
	"bytes"
	"strings"

	"github.com/spf13/viper"
	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
)

// gitleaks looks at each line with the rules of a configuration in its own TOML. It only detects: what it calls a secret is taken out of
// a line only where what comes out is kept.
type gitleaks struct {
	detector *detect.Detector
}

func newGitleaks(rules string) *gitleaks {
	viper.SetConfigType("toml")
	check(viper.ReadConfig(strings.NewReader(rules)))
	var written config.ViperConfig
	check(viper.Unmarshal(&written))
	return &gitleaks{detect.NewDetector(must(written.Translate()))}
}

func (made *gitleaks) redact(request []byte, keep bool) []byte {
	var out []byte
	for line := range bytes.Lines(request) {
		text := string(bytes.TrimSuffix(line, []byte("\n")))
		findings := made.detector.DetectString(text)
		if !keep {
			continue
		}
		for _, finding := range findings {
			text = strings.ReplaceAll(text, finding.Secret, "[REDACTED]")
		}
		out = append(append(out, text...), '\n')
	}
	return out
}
