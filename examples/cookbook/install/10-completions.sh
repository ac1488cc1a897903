# Completions of commands, flags, their values and the names of profiles, for bash, zsh and fish. For zsh, put `~/.zfunc`
# into `$fpath` before `compinit`. `mqtt completions --help` names the place for PowerShell, Elvish and Nushell.
mkdir -p ~/.local/share/bash-completion/completions ~/.zfunc ~/.config/fish/completions
mqtt completions bash > ~/.local/share/bash-completion/completions/mqtt
mqtt completions zsh > ~/.zfunc/_mqtt
mqtt completions fish > ~/.config/fish/completions/mqtt.fish
#@ for file in ~/.local/share/bash-completion/completions/mqtt ~/.zfunc/_mqtt ~/.config/fish/completions/mqtt.fish; do
#@     grep -q clear-retained "$file"
#@ done
