//go:build !race

package logio

const raceDetector = false
